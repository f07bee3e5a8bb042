// @ts-check
// What is suggested in place of an unknown option.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { memory } from './support/error-causes.mjs'
import { errorOf } from './support/error-of.mjs'
import { open } from './support/open.mjs'

describe('an unknown option', () => {
  /** @type {[options: any, suggestion: string][]} */
  const ofConstructor = [
    [{ db: 1 }, 'db: unknown option. Use database.'],
    [{ commandTimeOut: 1 }, 'commandTimeOut: unknown option. Did you mean commandTimeout?'],
    [{ credential: 1 }, 'credential: unknown option. Did you mean credentials?'],
    [{ lazyConnect: true }, 'lazyConnect: unknown option. Omit it: the constructor does not wait for the connection.'],
    [
      { maxRetriesPerRequest: 3 },
      'maxRetriesPerRequest: unknown option. Use commandTimeout: a call is retried until then.',
    ],
    [{ retryStrategy: 1 }, 'retryStrategy: unknown option. Use socket: { reconnectStrategy }.'],
    [{ retryStrategy: () => 1 }, 'retryStrategy: unknown option. Use socket: { reconnectStrategy }.'],
    [{ reconnectStrategy: () => 1 }, 'reconnectStrategy: unknown option. Use socket: { reconnectStrategy }.'],
    [{ reconnectOnError: () => true }, 'reconnectOnError: unknown option. Use socket: { reconnectStrategy }.'],
    [{ sentinelRetryStrategy: null }, 'sentinelRetryStrategy: unknown option. Use socket: { reconnectStrategy }.'],
    [
      { maxRetriesPerRequest: null },
      'maxRetriesPerRequest: unknown option. Use commandTimeout: a call is retried until then.',
    ],
    [
      { enableReadyCheck: Symbol('no') },
      'enableReadyCheck: unknown option. Omit it: calls are sent once the server is ready.',
    ],
    [{ user: new Map() }, 'user: unknown option. Use username.'],
    [{ tttl: 60n }, 'tttl: unknown option. Did you mean ttl?'],
    [{ db: { nested: [() => 1, new Map()] } }, 'db: unknown option. Use database.'],
    [{ socket: { prot: () => 1 } }, 'socket.prot: unknown option. Did you mean port?'],
    [
      { cluster: { nodes: [{ host: 'h', prot: () => 1 }] } },
      'cluster.nodes[0].prot: unknown option. Did you mean port?',
    ],
    [{ socket: { hots: 'h' } }, 'socket.hots: unknown option. Did you mean host?'],
    [{ cluster: { nodes: [{ host: 'h', prot: 1 }] } }, 'cluster.nodes[0].prot: unknown option. Did you mean port?'],
  ]
  for (const [options, suggestion] of ofConstructor) {
    it(`of the constructor: ${suggestion}`, async (t) => {
      const { message } = await errorOf(() => open(t, options))
      assert.equal(message, `new RedisStateAdapter: ${suggestion}`)
    })
  }

  it('of the constructor is reported before the value of a known one', async (t) => {
    const { message } = await errorOf(() => open(t, /** @type {any} */ ({ retryStrategy: () => 1, port: 'x' })))
    assert.match(message, /: retryStrategy: unknown option\./)
  })

  it('of the constructor without a similar name: all are listed', async (t) => {
    const { message } = await errorOf(() => open(t, /** @type {any} */ ({ nonsense: 1 })))
    assert.match(
      message,
      /^new RedisStateAdapter: nonsense: unknown option, expected url, host, .*, credentials, stackTraces, cache\.$/,
    )
  })

  /** @type {[options: any, suggestion: string][]} */
  const ofSet = [
    [{ EX: 60 }, 'EX: unknown option. Use ttl, in seconds.'],
    [{ NX: true }, 'NX: unknown option. Use ifAbsent.'],
    [{ tll: 60 }, 'tll: unknown option. Did you mean ttl?'],
    [{ timeout: 50 }, 'timeout: unknown option. Use signal: AbortSignal.timeout(milliseconds).'],
  ]
  for (const [options, suggestion] of ofSet) {
    it(`of a call: ${suggestion}`, async (t) => {
      const { message } = await errorOf(() => memory(t).set('t', 'k', 1, options))
      assert.equal(message, `set("t", "k"): ${suggestion}`)
    })
  }
})
