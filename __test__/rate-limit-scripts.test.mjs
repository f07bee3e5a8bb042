// @ts-check
// The scripts of rate limits with a virtual clock, on every server, compared with models that remember every call. The embedded
// store is compared with such models in src/engine/rate_limit/tests.rs.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { startRedis } from './support/redis.mjs'
import { VERSIONS } from './support/versions.mjs'

/**
 * @typedef {{ limit: number, window: number, refill: number }} Rules
 * @typedef {{ at: number, cost: number }} Call
 * @typedef {[allowed: number, remaining: number, left: number]} Reply
 */

/** Set by `npm run fuzz` for long runs. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 100)
const START = 1_790_000_000_000
const INTERVALS = 32

const rules = fc.record({
  limit: fc.integer({ min: 3, max: 20 }),
  window: fc.integer({ min: 1, max: 2000 }),
  refill: fc.integer({ min: 1, max: 50 }),
})
const pause = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 0, max: 400 }),
  fc.integer({ min: 0, max: 3000 }),
)
const calls = fc.array(fc.record({ pause, cost: fc.integer({ min: 1, max: 3 }) }), { minLength: 1, maxLength: 80 })

/** @type {Record<string, { argumentsOf: (rules: Rules, cost: number) => number[], model: (rules: Rules) => (call: Call) => Reply }>} */
const SCRIPTS = {
  sliding_window: {
    argumentsOf: ({ limit, window }, cost) => [limit, window, cost, intervalOf(window)],
    model: slidingWindow,
  },
  token_bucket: { argumentsOf: ({ limit, window, refill }, cost) => [limit, window, cost, refill], model: tokenBucket },
}

for (const [version, program] of [/** @type {const} */ (['the installed server', undefined]), ...VERSIONS]) {
  describe(`on ${version}`, () => {
    /** @type {import('./support/redis.mjs').RedisServer} */
    let server
    before(async () => {
      server = await startRedis([], program)
    })
    after(() => server.stop())

    for (const [name, { argumentsOf, model }] of Object.entries(SCRIPTS)) {
      it(`${name} answers as its model`, { timeout: Number.POSITIVE_INFINITY }, async () => {
        const client = await server.client()
        const script = await withVirtualClock(name)
        await fc.assert(
          fc.asyncProperty(rules, calls, async (rules, calls) => {
            const answer = model(rules)
            const key = randomUUID()
            let at = START
            for (const { pause, cost } of calls) {
              at += pause
              const args = [...argumentsOf(rules, cost), Math.floor(at / 1000), (at % 1000) * 1000]
              const reply = await client.eval(script, { keys: [key], arguments: args.map(String) })
              assert.deepEqual(reply, answer({ at, cost }))
            }
            const record = JSON.parse((await client.get(key)) ?? '[]')
            assert.ok(record.length <= 2 * (INTERVALS + 1))
          }),
          { numRuns, endOnFailure: process.env.FUZZ_RUNS === undefined },
        )
      })
    }
  })
}

const SET = "redis.pcall('SET',"
const TIME = "redis.call('TIME')"

/** The script with two more arguments, seconds and microseconds. Records do not expire by the real clock. @param {string} name */
async function withVirtualClock(name) {
  const file = new URL(`../src/engine/redis/scripts/${name}.lua`, import.meta.url)
  const source = await readFile(file, 'utf8')
  assert.ok(source.includes(TIME) && source.includes(SET))
  return source
    .replace(TIME, '{ tonumber(ARGV[5]), tonumber(ARGV[6]) }')
    .replace(SET, "(function(command, key, text) return redis.pcall(command, key, text) end)('SET',")
}

/** @param {number} window */
function intervalOf(window) {
  return Math.ceil(window / INTERVALS)
}

/** @param {Rules} rules @returns {(call: Call) => Reply} */
function slidingWindow({ limit, window }) {
  const width = intervalOf(window)
  /** @type {Call[]} allowed calls, each counted as if it was made at the end of its interval */
  const allowed = []
  return ({ at, cost }) => {
    const usedAt = (/** @type {number} */ time) => sumOf(allowed.filter((call) => call.at > time - window))
    // The promise: no call that was made within the window is forgotten.
    if (usedAt(at) + cost > limit) {
      const free = allowed.map((call) => call.at + window).find((time) => usedAt(time) + cost <= limit)
      return [0, limit - usedAt(at), Number(free) - at]
    }
    const end = Math.floor(at / width) * width + width - 1
    allowed.push({ at: end, cost })
    return [1, limit - usedAt(at), end + window - at]
  }
}

/** @param {Rules} rules @returns {(call: Call) => Reply} */
function tokenBucket({ limit, window, refill }) {
  /** Tokens that are missing, multiplied by the window. */
  let missing = 0
  let last = START
  return ({ at, cost }) => {
    missing = Math.max(missing - (at - last) * refill, 0)
    last = at
    const wanted = missing + cost * window
    const isAllowed = wanted <= limit * window
    if (isAllowed) missing = wanted
    const awaited = isAllowed ? missing : wanted - limit * window
    return [Number(isAllowed), Math.floor((limit * window - missing) / window), Math.ceil(awaited / refill)]
  }
}

/** @param {Call[]} calls */
function sumOf(calls) {
  return calls.reduce((sum, { cost }) => sum + cost, 0)
}
