// @ts-check
// Errors of the constructors of all adapters for other libraries: they name what the user has called.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createRedisState } from 'redis-state-adapter/chat'
import { KeyvRedis } from 'redis-state-adapter/keyv'
import { RedisStore as LangGraphStore, RedisSaver } from 'redis-state-adapter/langgraph'
import { RedisStore as LimitStore } from 'redis-state-adapter/rate-limit'
import { RedisStore as SessionStore } from 'redis-state-adapter/session'
import redisDriver from 'redis-state-adapter/unstorage'

const wrong = /** @type {any} */ ({ number: 5, option: { hots: 'a' } })

/** The name of the constructor, that of the connection there, and calls with a wrong connection and a wrong option. */
const CONSTRUCTORS = /** @type {[string, string, () => unknown, () => unknown][]} */ ([
  [
    'RedisStateAdapter',
    'client',
    () => createRedisState({ client: wrong.number }),
    () => createRedisState({ url: 'redis://a', ...wrong.option }),
  ],
  ['KeyvRedis', 'connection', () => new KeyvRedis(wrong.number), () => new KeyvRedis(wrong.option)],
  ['RedisSaver', 'connection', () => new RedisSaver(wrong.number), () => new RedisSaver(wrong.option)],
  ['RedisStore', 'connection', () => new LangGraphStore(wrong.number), () => new LangGraphStore(wrong.option)],
  [
    'RedisStore',
    'client',
    () => new SessionStore({ client: wrong.number }),
    () => new SessionStore({ client: wrong.option }),
  ],
  [
    'RedisStore',
    'client',
    () => new LimitStore({ client: wrong.number }),
    () => new LimitStore({ client: wrong.option }),
  ],
])

for (const [name, connection, withNumber, withOption] of CONSTRUCTORS) {
  it(`new ${name} (${connection}) names itself in the errors of its connection`, () => {
    const expected = `${connection}: expected a url, an object of options or a node-redis client, got a number`
    assertConfigError(withNumber, `new ${name}: ${expected}.`)
    assertConfigError(withOption, `new ${name}: hots: unknown option. Did you mean host?`)
  })
}

it('the driver of unstorage names itself in the errors of its options', () => {
  assertConfigError(() => redisDriver(wrong.number), 'new redisDriver: options: expected an object, got the number 5.')
})

/** @param {() => unknown} construct @param {string} message */
function assertConfigError(construct, message) {
  assert.throws(construct, (/** @type {any} */ error) => {
    assert.deepEqual([error.code, error.message], ['ERR_INVALID_CONFIG', message])
    assert.equal(error.operation, message.split(':')[0])
    assert.match(error.stack.split('\n')[1], /constructors\.test\.mjs/)
    return true
  })
}
