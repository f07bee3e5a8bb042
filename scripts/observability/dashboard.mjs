// @ts-check
// `node scripts/observability/dashboard.mjs`: has a real Prometheus scrape an app under load, and evaluates each expression of the Grafana
// dashboard there. Needs the programs `prometheus` and `promtool` (Debian: apt-get install prometheus), and a redis-server.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { RedisStateAdapter } from 'redis-state-adapter'
import { CosmosStateAdapter } from 'redis-state-adapter/cosmos'
import { handler, metrics } from 'redis-state-adapter/prometheus'
import { RedisProcess } from '../redis-process.mjs'
import { reservePort } from '../reserved-port.mjs'
import { expressionsOf } from './expressions.mjs'

const SCRAPES_FOR = 12_000
const START_WITHIN = 60_000

const dashboard = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../docs/grafana/redis-state-adapter.json', import.meta.url)), 'utf8'),
)
const folder = mkdtempSync(join(tmpdir(), 'prometheus-'))
const redis = new RedisProcess()
await redis.start()
const orders = new RedisStateAdapter({ url: redis.url })
const sessions = new RedisStateAdapter({ url: redis.url, cache: true })
/** Without a server: it has the series of an adapter on Cosmos DB. */
const items = new CosmosStateAdapter({ url: 'http://127.0.0.1:1', key: 'YQ==', database: 'state', container: 'items' })
const states = { orders, sessions, items }
const app = createServer(handler(states)).listen(0, '127.0.0.1')
await once(app, 'listening')
const port = (await reservePort()).number
const prometheus = startPrometheus(/** @type {import('node:net').AddressInfo} */ (app.address()).port)
let failed = false
try {
  checkText()
  await untilReady()
  await load(SCRAPES_FOR)
  for (const { title, expression } of expressionsOf(dashboard)) {
    const { status, data, error } = await query(expression)
    const series = data?.result?.length ?? 0
    if (status !== 'success' || series === 0) failed = true
    console.log(`${status === 'success' && series > 0 ? 'ok' : 'FAILED'}: ${title}: ${error ?? `${series} series`}`)
  }
} finally {
  prometheus.kill()
  app.close()
  app.closeAllConnections()
  await Promise.all([orders, sessions, items].map((state) => state.cleanup()))
  await redis.stop()
  if (prometheus.exitCode === null && prometheus.signalCode === null) await once(prometheus, 'close')
  rmSync(folder, { recursive: true, force: true })
}
process.exit(failed ? 1 : 0)

/** @param {number} target port of the app */
function startPrometheus(target) {
  const config = `global: { scrape_interval: 1s, scrape_timeout: 900ms }
scrape_configs:
  - job_name: app
    static_configs: [{ targets: ['127.0.0.1:${target}'] }]
`
  writeFileSync(join(folder, 'prometheus.yml'), config)
  const args = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=error',
  ]
  return spawn('prometheus', args, { stdio: ['ignore', 'inherit', 'inherit'] })
}

function checkText() {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: metrics(states),
    encoding: 'utf8',
  })
  if (status !== 0) failed = true
  console.log(`${status === 0 ? 'ok' : 'FAILED'}: promtool check metrics ${stdout}${stderr}`)
}

async function untilReady() {
  for (const end = performance.now() + START_WITHIN; ; await setTimeout(100)) {
    const response = await fetch(`http://127.0.0.1:${port}/-/ready`).catch(() => undefined)
    if (response?.ok) return
    if (performance.now() > end) throw new Error('Prometheus does not start')
  }
}

/** Makes calls of several methods, some of which fail. @param {number} duration in milliseconds */
async function load(duration) {
  for (const end = performance.now() + duration; performance.now() < end; await setTimeout(20)) {
    await orders.set('t', 'a', { n: 1 })
    await Promise.all([orders.get('t', 'a'), orders.setMany('t', { b: 1, c: 2 }), orders.getGroup('t')])
    await orders.set('t', 'd', undefined).catch(() => {})
    await sessions.get('t', 'a')
  }
}

/** @param {string} expression @returns {Promise<any>} */
async function query(expression) {
  const body = new URLSearchParams({ query: expression })
  return (await fetch(`http://127.0.0.1:${port}/api/v1/query`, { method: 'POST', body })).json()
}
