// @ts-check
// Entries that change between the reads of both sides and the write.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { it } from 'node:test'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'

/** @import { TestContext } from 'node:test' */

const require = createRequire(import.meta.url)
/** @type {typeof import('../../lib/cli/migrate/comparison.js')} */
const { Comparison } = require('../../lib/cli/migrate/comparison.js')
/** @type {typeof import('../../lib/cli/migrate/copier.js')} */
const { Copier } = require('../../lib/cli/migrate/copier.js')
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
/** @type {typeof import('../../lib/time.js')} */
const { now } = require('../../lib/time.js')
/** @type {typeof import('../../lib/cli/migrate/verdict.js')} */
const { verdictOf } = require('../../lib/cli/migrate/verdict.js')
/** @type {typeof import('../../lib/cli/migrate/written.js')} */
const { isUnchanged } = require('../../lib/cli/migrate/written.js')

const NAME = { traceId: 'a', key: '1' }

/** A copier from one prefix to another one of a server. @param {TestContext} t @param {{ ifAbsent: boolean }} options */
async function copying(t, { ifAbsent }) {
  const server = await started(t)
  const [from, to] = ['from:', 'to:'].map((keyPrefix) => open(t, { url: server.url, keyPrefix }))
  const places = { source: new EntriesPlace(from), target: new EntriesPlace(to) }
  const journal = await Journal.open(undefined, { isContinued: false, keepsText: true, keepsTtl: true })
  t.after(() => journal.end())
  /** @type {string[]} */
  const steps = []
  const copier = new Copier({
    ...{ ...places, journal, ifAbsent, rules: { keepsText: true, keepsTtl: true } },
    refusals: new Refusals(places, { dropTtl: false, onNamed: () => {} }),
    onStep: (_name, kind) => steps.push(kind),
  })
  return { places, from, to, copier, journal, steps }
}

it('does not take an entry as its own that another client creates at the target meanwhile', async (t) => {
  const { to, copier, journal, steps } = await copying(t, { ifAbsent: true })
  await to.set('a', '1', 'of another client')
  const page = { names: [NAME], from: [{ text: '1', expiresAt: Infinity }], to: [null] }
  await copier.copy(page)
  assert.deepEqual(steps, ['kept'])
  assert.equal((await journal.find([NAME])).size, 0)
})

it('knows what the target may have of the migration, until a write is known to be done', async (t) => {
  const { to, copier, journal } = await copying(t, { ifAbsent: true })
  const [text, other] = ['1', '2'].map((text) => ({ text, expiresAt: Infinity }))
  await copier.copy({ names: [NAME], from: [text], to: [null] })
  // The process is killed before it writes.
  await journal.record([{ name: NAME, found: other, isNew: false, ifAbsent: false }])
  // It is continued elsewhere.
  await copier.copy({ names: [{ traceId: 'a', key: '2' }], from: [text], to: [null] })
  const written = await journal.find([NAME])
  const known = [text, other, { text: '3', expiresAt: Infinity }, null, { text: '1', expiresAt: now() + 60_000 }]
  const unchanged = () =>
    known.map((found) => isUnchanged(/** @type {any} */ (written.get('1:a1')), journal.valueOf(found)))
  assert.deepEqual(unchanged(), [true, true, false, false, false])
  await copier.copy({ names: [NAME], from: [other], to: [text] }, written)
  assert.equal(await to.get('a', '1'), 2)
  for (const [id, record] of await journal.find([NAME])) written.set(id, record)
  assert.deepEqual(unchanged(), [false, true, false, false, false])
})

it('takes a value with -0 as equal to what a store has that keeps no text', async (t) => {
  const target = new EntriesPlace(open(t, { url: 'memory:' }))
  const text = '{"b": [-0.0, -0], "a": -0e1}'
  const from = { text, expiresAt: Infinity }
  await target.write([{ name: NAME, found: from, isNew: true, ifAbsent: false }])
  const [to] = await target.read([NAME])
  const rules = { keepsText: false, keepsTtl: true }
  assert.equal(verdictOf(from, to, rules), 'equal')
  assert.equal(verdictOf({ ...from, text: text.replace('-0e1', '1') }, to, rules), 'different')
})

it('copies an entry that expires soon', async (t) => {
  const { to, copier, steps } = await copying(t, { ifAbsent: false })
  const soon = now() + 1000
  await copier.copy({ names: [NAME], from: [{ text: '1', expiresAt: soon }], to: [null] })
  assert.deepEqual(steps, ['copied'])
  assert.notEqual(await to.ttl('a', '1'), -1)
})

it('copies its own entries again with ifAbsent if more differ than a comparison holds', async (t) => {
  const { places, from, to, journal } = await copying(t, { ifAbsent: true })
  await to.set('a', 'theirs', 1)
  await from.setMany('a', { 1: 1, theirs: 2 })
  const migration = new Migration({
    ...{ ...places, journal, passes: 2, ifAbsent: true, dropTtl: false, verifies: true },
    ...{ live: new LiveChanges(), signal: new AbortController().signal },
    refusals: new Refusals(places, { dropTtl: false, onNamed: () => {} }),
    ...{ onStep: () => {}, onCopied: async () => {}, onProgress: () => {} },
  })
  await migration.copyAll(null)
  await from.setMany('a', { 1: 2, 2: 2 })
  const all = migration.comparison.all.bind(migration.comparison)
  let isCut = true
  migration.comparison.all = async (...args) => {
    const { differences } = await all(...args)
    const result = { differences: isCut ? differences.slice(0, 1) : differences, isCut }
    isCut = false
    return result
  }
  assert.deepEqual(await migration.settle(), [])
  assert.deepEqual(await to.getMany('a', ['1', '2', 'theirs']), [2, 2, 1])
})

it('reads the journal once for a comparison, however many entries differ', async (t) => {
  const { places, from, to, journal } = await copying(t, { ifAbsent: false })
  const entries = (/** @type {number} */ start) =>
    Array.from({ length: 1000 }, (_, index) => ({ traceId: 't', key: `${index + start}`, value: index }))
  await Promise.all(entries(0).map(({ traceId, key, value }) => from.set(traceId, key, value)))
  await Promise.all(entries(500).map(({ traceId, key }) => to.set(traceId, key, 'other')))
  const name = { traceId: 't', key: '1499' }
  const copies = [{ name, found: { text: '"other"', expiresAt: Infinity }, isNew: true, ifAbsent: false }]
  await journal.record(copies)
  const find = t.mock.method(journal, 'find')
  const rules = { keepsText: true, keepsTtl: true }
  const refusals = new Refusals(places, { dropTtl: false, onNamed: () => {} })
  const { signal } = new AbortController()
  const comparison = new Comparison({ ...places, journal, refusals, rules, ifAbsent: false, signal })
  const [source, target] = [places.source, places.target]
  const names = { from: await source.names(() => {}, signal), to: await target.names(() => {}, signal) }
  t.after(() => Promise.all([names.from.close(), names.to.close()]))
  const { differences } = await comparison.all(names, () => {})
  assert.deepEqual([differences.length, comparison.compared, comparison.extra], [1001, 1000, 499])
  const deleted = differences.filter(({ why }) => why === 'source-deleted')
  assert.deepEqual(deleted, [{ name, why: 'source-deleted' }])
  assert.equal(find.mock.callCount(), 1)
})
