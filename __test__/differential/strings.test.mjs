// @ts-check
// The result of operations does not depend on the strings in them: ids, names of members and values are passed to
// native code unchanged. Uses the embedded store, because it has no protocol that could hide or cause a difference.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { RedisStateAdapter } from 'redis-state-adapter'
import { inAnyOrder, operationOf, outcomeOf, resolved } from './operations.mjs'

/**
 * @import { Operation } from './operations.mjs'
 *
 * @typedef {(value: any) => any} Rename
 */

/** Set by `npm run fuzz` for long runs. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 150)

/** Plain strings, which are replaced by others. The last one is the trace id. */
const PLAIN = ['$0', '$1', '$2', '$3', '$4', '$5', '$6', '$7', '$8']
const TRACE_ID = '$8'

const operation = operationOf(
  { keys: PLAIN.slice(0, 4), names: PLAIN.slice(2, 6), texts: PLAIN.slice(4, 8), prefixes: [''] },
  { ping: fc.constant([]) },
)
/** Operations of one tick are in one batch. */
const ticks = fc.array(fc.array(operation, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 })

/** Control characters of records, and texts that look like them or their escapes. */
const MARKS = ['\0', '\x01', '\x02', '\x020', '\x021', '\x022', '\x02', '0', '\0G', '\0S', '\x01set\x01', '\0P\0']
/** Characters of one, two, three and four bytes in UTF-8; the first two kinds have one byte in V8. */
const UNITS = ['a', ':', '"', '\\', '{}', '\x03', '\x1f', '\x7f', 'é', 'ÿ', 'Ā', '\u2028', '\ufeff', '\uffff', '😀']
/** Lengths around the limits at which V8 changes its representation of strings, and a batch is divided into chunks. */
const LENGTHS = [0, 12, 13, 14, 255, 256, 3070, 3071, 3072, 3073, 9000]

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...MARKS) },
  { weight: 3, arbitrary: fc.constantFrom(...UNITS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', 'null') },
)
const short = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''))
const long = fc
  .tuple(short, fc.constantFrom(...UNITS), fc.constantFrom(...LENGTHS), short)
  .map(([before, unit, length, behind]) => before + unit.repeat(length) + behind)
/** A substring of another string. */
const sliced = fc.tuple(long, fc.nat(20)).map(([text, start]) => `${text}😀`.slice(Math.min(start, text.length)))
const odd = fc
  .oneof({ weight: 6, arbitrary: short }, { weight: 1, arbitrary: long }, { weight: 1, arbitrary: sliced })
  // The path of an element would apply to arrays, and that of a member would not.
  .filter((text) => text.isWellFormed() && !/^\d+$/.test(text))

const strings = fc.uniqueArray(odd, { minLength: PLAIN.length, maxLength: PLAIN.length })

/**
 * Listings and locks run concurrently with later calls, so their results are repeatable only if they run in sequence.
 */
const ALONE = ['withLock', 'getGroup', 'getByPrefix', 'keys', 'count', 'clear']

it('operations have the same results with any strings', { timeout: Number.POSITIVE_INFINITY }, async () => {
  await fc.assert(
    fc.asyncProperty(ticks, strings, fc.boolean(), async (ticks, strings, hashTags) => {
      const rename = renaming(strings)
      const plain = await run({ hashTags }, ticks, (value) => value)
      assert.deepEqual(await run({ hashTags }, ticks, rename), rename(plain))
    }),
    { numRuns, endOnFailure: process.env.FUZZ_RUNS === undefined },
  )
})

/**
 * @param {{ hashTags: boolean }} options
 * @param {Operation[][]} ticks
 * @param {Rename} rename
 */
async function run(options, ticks, rename) {
  const state = new RedisStateAdapter({ url: 'memory:', ...options })
  const traceId = rename(TRACE_ID)
  try {
    const outcomes = []
    for (const tick of ticks) outcomes.push(await runTick(state, traceId, rename(tick)))
    return [...outcomes, inAnyOrder(await state.items({ groupId: traceId }))]
  } finally {
    await state.cleanup()
  }
}

/**
 * @param {RedisStateAdapter} state
 * @param {string} traceId
 * @param {Operation[]} tick
 */
async function runTick(state, traceId, tick) {
  if (!tick.some(({ method }) => ALONE.includes(method))) {
    const ready = await Promise.all(tick.map((operation) => resolved(state, traceId, operation)))
    return withoutEtags(await Promise.all(ready.map((operation) => outcomeOf(state, traceId, operation))))
  }
  const outcomes = []
  for (const operation of tick) {
    outcomes.push(await outcomeOf(state, traceId, await resolved(state, traceId, operation)))
  }
  return withoutEtags(outcomes)
}

/**
 * Replaces etags by the plain text, because the etags of other texts differ.
 *
 * @param {any[]} outcomes
 */
function withoutEtags(outcomes) {
  return outcomes.map((outcome) => (typeof outcome?.etag === 'string' ? { value: outcome.value } : outcome))
}

/**
 * Replaces the plain strings everywhere in a value.
 *
 * @param {string[]} strings
 * @returns {Rename}
 */
function renaming(strings) {
  /** @type {Map<unknown, string>} */
  const names = new Map(PLAIN.map((plain, index) => [plain, strings[index]]))
  /** @type {Rename} */
  const rename = (value) => {
    if (Array.isArray(value)) return value.map(rename)
    if (value instanceof Set) return new Set([...value].map(rename))
    if (typeof value !== 'object' || value === null) return names.get(value) ?? value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [rename(name), rename(inner)]))
  }
  return rename
}
