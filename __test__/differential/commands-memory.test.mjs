// @ts-check
// Server commands on the embedded store have the replies of a server.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { RedisStateAdapter } from 'redis-state-adapter'
import { startRedis } from '../support/redis.mjs'
import { command } from './command-arbitraries.mjs'

/** Set by `npm run fuzz` for long runs. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 300)

const UNORDERED = /^(HKEYS|HVALS|KEYS|SMEMBERS|SINTER|SUNION|SDIFF|SPOP|SRANDMEMBER|SCAN|SSCAN)$/
const UNORDERED_PAIRS = /^(HGETALL|HSCAN|ZSCAN)$/
/** Replies that depend on the moment, with the difference that may be between both sides. @type {Record<string, number>} */
const MOMENTS = { TTL: 1, EXPIRETIME: 1, PTTL: 1000, PEXPIRETIME: 1000 }

describe('server commands on the embedded store', () => {
  /** @type {import('../support/redis.mjs').RedisServer} */
  let server
  /** @type {RedisStateAdapter} */
  let onServer
  before(async () => {
    server = await startRedis()
    onServer = new RedisStateAdapter(server.url)
  })
  after(async () => {
    await onServer?.cleanup()
    await server?.stop()
  })

  it('have the replies and errors of a server', { timeout: Number.POSITIVE_INFINITY }, async () => {
    const sequences = fc.array(command, { minLength: 1, maxLength: 60 })
    await fc.assert(fc.asyncProperty(sequences, compare), { numRuns, endOnFailure: false })
  })

  /** @param {import('./command-arbitraries.mjs').Part[][]} sequence */
  async function compare(sequence) {
    const embedded = new RedisStateAdapter('memory:')
    try {
      await onServer.command(['FLUSHALL'])
      const [actual, expected] = await Promise.all([embedded, onServer].map((state) => outcomes(state, sequence)))
      for (const [at, parts] of sequence.entries()) {
        const name = String(parts[0]).toUpperCase()
        if (isClose(name, actual[at], expected[at])) continue
        assert.deepEqual(comparable(name, actual[at]), comparable(name, expected[at]), shown(parts))
      }
    } finally {
      await embedded.cleanup()
    }
  }
})

describe('commands and methods on the embedded store', () => {
  const state = new RedisStateAdapter({ url: 'memory:', keyPrefix: 'p:' })
  after(() => state.cleanup())

  it('share the keys', async () => {
    await state.set('t', 'count', 1)
    assert.equal(await state.command(['INCR', 'p:t:count']), 2)
    assert.equal(await state.get('t', 'count'), 2)
    assert.equal(await state.command(['SET', 'p:t:text', 'no JSON', 'PX', '100000']), 'OK')
    await assert.rejects(state.get('t', 'text'), { code: 'ERR_CORRUPT_VALUE' })
    assert.equal(Math.ceil((await state.ttl('t', 'text')) ?? 0), 100)
  })

  it('keep other types apart from entries', async () => {
    await state.commands([
      ['SET', 'p:types:entry', '1'],
      ['HSET', 'p:types:hash', 'field', '1'],
    ])
    assert.deepEqual(await state.keys('types'), ['entry'])
    for (const method of /** @type {const} */ (['get', 'has', 'delete', 'ttl', 'getWithMetadata', 'persist'])) {
      await assert.rejects(state[method]('types', 'hash'), { code: 'ERR_WRONG_TYPE' }, method)
    }
    await assert.rejects(state.update('types', 'hash', [{ op: 'set', path: 'a', value: 1 }]), {
      code: 'ERR_WRONG_TYPE',
    })
    await state.clear('types')
    assert.equal(await state.command(['EXISTS', 'p:types:entry', 'p:types:hash']), 1)
    await state.set('types', 'hash', 'replaced')
    assert.equal(await state.command(['TYPE', 'p:types:hash']), 'string')
  })

  it('run none of a unit in which one is not supported', async () => {
    const unit = [
      ['SET', 'p:t:unit', '1'],
      ['EVAL', 'return 1', '0'],
    ]
    await assert.rejects(state.commands(unit), { code: 'ERR_UNSUPPORTED', applied: 'no' })
    assert.equal(await state.command(['EXISTS', 'p:t:unit']), 0)
  })

  it('are both seen by watches', async () => {
    const watch = state.watch('watched')
    await watch.ready
    await state.command(['SET', 'p:watched:key', '{"a":1}'])
    await state.command(['RENAME', 'p:watched:key', 'p:watched:other'])
    const changes = []
    for await (const change of watch) {
      changes.push('key' in change ? `${change.type} ${change.key}` : change.type)
      if (changes.length === 3) break
    }
    assert.deepEqual(changes, ['created key', 'deleted key', 'created other'])
  })
})

describe('a scan of the embedded store', () => {
  it('returns each key that exists all the time, whatever is written meanwhile', async () => {
    const changes = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 99 })), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(fc.array(changes, { maxLength: 12 }), fc.integer({ min: 1, max: 20 }), async (steps, count) => {
        const state = new RedisStateAdapter('memory:')
        try {
          await scanDuring(state, steps, String(count), { fill: ['SET'], scan: ['SCAN'], remove: ['DEL'] })
          await scanDuring(state, steps, String(count), {
            fill: ['HSET', 'hash'],
            scan: ['HSCAN', 'hash'],
            remove: ['HDEL', 'hash'],
          })
        } finally {
          await state.cleanup()
        }
      }),
      { numRuns: Math.min(numRuns, 60) },
    )
  })
})

/**
 * Scans, and between the steps writes and removes names with an odd number.
 *
 * @param {RedisStateAdapter} state
 * @param {[isWritten: boolean, number: number][][]} steps
 * @param {string} count
 * @param {{ fill: string[], scan: string[], remove: string[] }} commands
 */
async function scanDuring(state, steps, count, { fill, scan, remove }) {
  const names = Array.from({ length: 300 }, (_, index) => `n${index}`)
  await state.commands(names.map((name) => [...fill, name, 'v']))
  const seen = new Set()
  let cursor = '0'
  let step = 0
  do {
    const [next, found] = /** @type {[string, string[]]} */ (await state.command([...scan, cursor, 'COUNT', count]))
    for (const name of found) seen.add(name)
    cursor = next
    for (const [isWritten, number] of steps[step] ?? []) {
      const name = `n${number * 2 + 1}`
      await state.command(isWritten ? [...fill, `${name}x`, 'v'] : [...remove, name])
    }
    step += 1
  } while (cursor !== '0')
  const missing = names.filter((name, index) => index % 2 === 0 && !seen.has(name))
  assert.deepEqual(missing, [])
}

/** @param {RedisStateAdapter} state @param {import('./command-arbitraries.mjs').Part[][]} sequence */
function outcomes(state, sequence) {
  // All in one tick: they are executed in order.
  return Promise.all(sequence.map((parts) => state.command(parts, { encoding: 'bytes' }).catch(refusalOf)))
}

/** The code, and what the server says. @param {any} error */
function refusalOf(error) {
  const said = /\b(?:ERR|WRONGTYPE) .*/.exec(error.message)?.[0]
  return { code: error.code, said: said?.replace(/(?:\. )?Nothing was written\.?$|\.$/, '') ?? error.message }
}

/** @param {string} name @param {any} actual @param {any} expected */
function isClose(name, actual, expected) {
  return name in MOMENTS && actual >= 0 && expected >= 0 && Math.abs(actual - expected) <= MOMENTS[name]
}

/** @param {string} name @param {any} reply @returns {any} */
function comparable(name, reply) {
  if (Buffer.isBuffer(reply)) return textOf(reply)
  if (!Array.isArray(reply)) return reply
  if (Array.isArray(reply[1])) return [textOf(reply[0]), comparable(name, reply[1])]
  const texts = reply.map((element) => comparable(name, element))
  if (UNORDERED.test(name)) return texts.sort()
  if (!UNORDERED_PAIRS.test(name)) return texts
  return texts
    .filter((_, index) => index % 2 === 0)
    .map((field, index) => `${field}=${texts[index * 2 + 1]}`)
    .sort()
}

/** Versions of Redis write the same score with different digits. @param {Buffer} bytes */
function textOf(bytes) {
  const text = bytes.toString('latin1')
  return /^-?\d+\.\d+$|^-?\d.*e\+\d+$/.test(text) ? String(Number(text)) : text
}

/** @param {import('./command-arbitraries.mjs').Part[]} parts */
function shown(parts) {
  return parts.map((part) => JSON.stringify(typeof part === 'string' ? part : [...part])).join(' ')
}
