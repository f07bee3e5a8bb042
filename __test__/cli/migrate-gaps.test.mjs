// @ts-check
// What `migrate` must not miss when connections are lost: changes of the source, and fields of a hash.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { until } from '../support/until.mjs'

const require = createRequire(import.meta.url)
/** @type {typeof import('../../lib/cli/migrate/entries-place.js')} */
const { EntriesPlace } = require('../../lib/cli/migrate/entries-place.js')
/** @type {typeof import('../../lib/cli/migrate/journal.js')} */
const { Journal } = require('../../lib/cli/migrate/journal.js')
/** @type {typeof import('../../lib/cli/migrate/live-changes.js')} */
const { LiveChanges } = require('../../lib/cli/migrate/live-changes.js')
/** @type {typeof import('../../lib/cli/migrate/migration.js')} */
const { Migration } = require('../../lib/cli/migrate/migration.js')
/** @type {typeof import('../../lib/cli/migrate/refusals.js')} */
const { Refusals } = require('../../lib/cli/migrate/refusals.js')

/** @type {typeof import('../../lib/cli/migrate/redis-reader.js')} */
const { scanFields } = require('../../lib/cli/migrate/redis-reader.js')

/** Notes when changes may have been missed. */
class ObservedChanges extends LiveChanges {
  hasMissed = false

  takeGap() {
    const hasGap = super.takeGap() || this.hasMissed
    this.hasMissed = false
    return hasGap
  }

  observe() {
    this.hasMissed ||= super.takeGap()
    return this.hasMissed
  }
}

for (const passes of [1, 5])
  it(`compares again if changes are missed behind the comparison, with ${passes} passes`, async (t) => {
    const server = await started(t)
    const client = await server.client()
    await client.configSet('notify-keyspace-events', 'KA')
    const [from, to] = ['from:', 'to:'].map((keyPrefix) => open(t, { url: server.url, keyPrefix }))
    await from.set('a', '1', 1)
    const places = { source: new EntriesPlace(from), target: new EntriesPlace(to) }
    const journal = await Journal.open(undefined, { isContinued: false, keepsText: true, keepsTtl: true })
    t.after(() => journal.end())
    const live = new ObservedChanges()
    assert.equal(await live.start(from, undefined), undefined)
    t.after(() => live.close())
    const migration = new Migration({
      ...{ ...places, journal, live, passes, ifAbsent: false, dropTtl: false, verifies: true },
      refusals: new Refusals(places, { dropTtl: false, onNamed: () => {} }),
      ...{ onStep: () => {}, onCopied: async () => {}, onProgress: () => {} },
      signal: new AbortController().signal,
    })
    const all = migration.comparison.all.bind(migration.comparison)
    let comparisons = 0
    migration.comparison.all = async (...args) => {
      const result = await all(...args)
      comparisons += 1
      if (comparisons > 1) return result
      // The server reports neither this change nor that it did not.
      await client.configSet('notify-keyspace-events', '')
      await from.set('a', '2', 2)
      await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub'])
      await until(() => live.observe())
      return result
    }
    await migration.copyAll(null)
    const differences = await migration.settle()
    assert.ok(comparisons > 1)
    if (passes === 1) assert.deepEqual(differences, [{ name: { traceId: 'a', key: '2' }, why: 'missing' }])
    else assert.deepEqual([differences, await to.get('a', '2')], [[], 2])
  })

for (const isSent of [false, true])
  it(`lists all fields of a hash if the server is started again ${isSent ? 'in' : 'before'} a step`, async (t) => {
    const server = await started(t)
    const client = await server.client()
    const state = open(t, { url: server.url })
    const names = Array.from({ length: 2000 }, (_, index) => `field-${index}`)
    await client.hSet('state:many', Object.fromEntries(names.map((name) => [name, '1'])))
    await client.sendCommand(['SAVE'])
    const found = new Set()
    const pages = scanFields(state, 'state:many', new AbortController().signal)
    const add = (/** @type {{ value: Buffer[] | void }} */ { value }) => {
      for (const name of value ?? []) found.add(String(name))
    }
    add(await pages.next())
    assert.ok(found.size > 0 && found.size < names.length)
    server.signal('SIGSTOP')
    const second = isSent ? pages.next() : undefined
    // Until it is sent.
    await setImmediate()
    await server.kill()
    // It has the fields in another order.
    await server.start()
    if (second !== undefined) add(await second)
    for await (const page of pages) add({ value: page })
    assert.deepEqual([...found].sort(), names.sort())
  })
