// @ts-check
// The Grafana dashboard: its expressions are of metrics that exist, with the labels that these have.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { CosmosStateAdapter } from 'redis-state-adapter/cosmos'
import { metrics } from 'redis-state-adapter/prometheus'
import { expressionsOf } from '../../scripts/observability/expressions.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { seriesOf } from '../support/series.mjs'
import { unusedPort } from '../support/unused-port.mjs'

const dashboard = JSON.parse(
  readFileSync(new URL('../../docs/grafana/redis-state-adapter.json', import.meta.url), 'utf8'),
)
/** Labels that Prometheus adds. */
const OF_PROMETHEUS = ['job', 'instance']

/** @param {import('node:test').TestContext} t @returns {Promise<Map<string, Set<string>>>} labels of each metric */
async function exported(t) {
  const { url } = await started(t)
  const orders = open(t, { url, cache: true })
  const items = new CosmosStateAdapter({
    url: `http://127.0.0.1:${await unusedPort()}`,
    key: 'YQ==',
    database: 'state',
    container: 'items',
  })
  t.after(() => items.cleanup())
  metrics({ orders })
  await orders.set('t', 'a', undefined).catch(() => {})
  /** @type {Map<string, Set<string>>} */
  const labels = new Map()
  for (const series of Object.keys(seriesOf(metrics({ orders, items })))) {
    const [, name, text] = /^(\w+)\{(.*)\}$/.exec(series) ?? []
    const known = labels.get(name) ?? new Set()
    for (const [, label, value] of text.matchAll(/(\w+)="([^"]*)"/g)) known.add(label).add(`${label}="${value}"`)
    labels.set(name, known)
  }
  return labels
}

describe('the Grafana dashboard', () => {
  it('uses metrics and labels that are exported', async (t) => {
    const known = await exported(t)
    const expressions = expressionsOf(dashboard)
    assert.ok(expressions.length > 25)
    for (const { title, expression } of expressions) {
      const selectors = [...expression.matchAll(/(redis_state_\w+)(?:\{([^}]*)\})?/g)]
      assert.ok(selectors.length > 0, title)
      const grouped = [...expression.matchAll(/by \(([^)]*)\)/g)].flatMap(([, names]) => names.split(', '))
      for (const [, name, filter = ''] of selectors) {
        const labels = known.get(name)
        assert.ok(labels, `${title}: ${name}`)
        const wanted = [...filter.matchAll(/(\w+)(=~?)"([^"]*)"/g)]
        for (const label of [...grouped, ...wanted.map(([, label]) => label)]) {
          assert.ok(labels.has(label) || OF_PROMETHEUS.includes(label), `${title}: ${name} has no ${label}`)
        }
        for (const [, label, operator, value] of wanted) {
          if (operator === '=') assert.ok(labels.has(`${label}="${value}"`), `${title}: ${label}="${value}"`)
        }
      }
    }
  })

  it('has a panel of each metric', async (t) => {
    const used = expressionsOf(dashboard).map(({ expression }) => expression)
    const names = [...(await exported(t)).keys()].filter((name) => !/_(bucket|sum|count)$/.test(name))
    assert.deepEqual(
      names.filter((name) => !used.some((expression) => expression.includes(`${name}{`))),
      [],
    )
  })

  it('has panels that do not overlap, with ids of their own, a data source that can be chosen and a unit', () => {
    const { panels } = dashboard
    const ids = new Set(panels.map((/** @type {any} */ { id }) => id))
    assert.equal(ids.size, panels.length)
    const cells = panels.flatMap((/** @type {any} */ { gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    )
    assert.equal(new Set(cells).size, cells.length)
    for (const { type, targets, fieldConfig } of panels) {
      if (type === 'row') continue
      assert.ok(fieldConfig.defaults.unit)
      for (const { datasource } of targets) assert.deepEqual(datasource, { type: 'prometheus', uid: `\${datasource}` })
    }
  })
})
