// @ts-check
// Generated operations have the same results on every engine and every server.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'node:test'
import fc from 'fast-check'
import { query } from '../support/query-arbitraries.mjs'
import { stores } from '../support/stores.mjs'
import { operationOf, outcomeOf, resolved } from './operations.mjs'

/**
 * @import { Operation } from './operations.mjs'
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 *
 * @typedef {{ name: string, state: RedisStateAdapter }} Engine
 */

/** Set by `npm run fuzz` for long runs. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 150)
/** Leaves out stores that differ only in transport or login, which does not affect operations. */
const NAMES = ['memory', 'redis', 'a cluster, with hash tags', 'redis 6.2', 'redis 8', 'valkey 8', 'valkey 9']

const operation = operationOf(
  {
    keys: ['a', 'b', 'c', 'a:1', 'é*[', ''],
    names: ['a', 'b', 'n', '0', '1', 'é"'],
    texts: ['', 'text', '"},{', '\u0000', '😀'],
    prefixes: ['', 'a', 'é*'],
  },
  { query: fc.tuple(query.map(({ filter, sort }) => ({ filter, sort }))) },
)

it('operations have the same results on all engines', { timeout: Number.POSITIVE_INFINITY }, async (t) => {
  const starts = stores.filter(({ name }) => NAMES.some((each) => name === each || name.startsWith(`${each},`)))
  const wanted = starts.filter(({ name }) => !/unix|TLS|sentinels/.test(name) && !/^redis, as/.test(name))
  const started = await Promise.all(wanted.map(({ start }) => start()))
  t.after(() => Promise.all(started.map((store) => store.stop())))
  const engines = started.map((store, index) => ({ name: wanted[index].name, state: store.open() }))
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 12 }), (operations) =>
      compare(engines, operations),
    ),
    { numRuns, endOnFailure: process.env.FUZZ_RUNS === undefined },
  )
})

/**
 * @param {Engine[]} engines
 * @param {Operation[]} operations
 */
async function compare(engines, operations) {
  const traceId = randomUUID()
  const [first, ...others] = await Promise.all(engines.map((engine) => run(engine, traceId, operations)))
  for (const [index, outcomes] of others.entries()) {
    const names = `${engines[0].name} and ${engines[index + 1].name}`
    for (const [at, outcome] of outcomes.entries()) {
      assert.deepEqual(outcome, first[at], `${names} differ at ${JSON.stringify(operations[at])}`)
    }
  }
}

/**
 * @param {Engine} engine
 * @param {string} traceId
 * @param {Operation[]} operations
 */
async function run({ state }, traceId, operations) {
  const outcomes = []
  for (const operation of operations) {
    outcomes.push(await outcomeOf(state, traceId, await resolved(state, traceId, operation)))
  }
  await state.clear(traceId)
  return outcomes
}
