// @ts-check
// What express-session's documents and the tests of connect-redis state of a store, on any kind of store.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'node:test'
import { Cookie } from 'express-session'
import { RedisStore } from 'redis-state-adapter/session'
import { assertFails } from '../support/assert-fails.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStoreOptions } from 'redis-state-adapter/session'
 * @import { GetStore } from '../support/workspace.mjs'
 */

/** @param {string} [name] @returns {any} a session whose cookie has no expiry of its own */
const sessionOf = (name) => ({ cookie: { originalMaxAge: null }, ...(name === undefined ? {} : { name }) })

/** @param {number} seconds @returns {any} */
const expiringIn = (seconds) => ({
  cookie: { originalMaxAge: null, expires: new Date(Date.now() + seconds * 1000) },
})

/** @param {GetStore} getStore */
export function sessions(getStore) {
  /** @param {TestContext} t @param {RedisStoreOptions} [options] */
  const open = (t, options) => {
    const store = new RedisStore({ client: getStore().open(), prefix: `sess-${randomUUID()}:`, ...options })
    t.after(() => store.clear())
    return store
  }
  /** @param {RedisStore} store @param {string} sid */
  const ttlOf = async (store, sid) => Number(await store.client.command(['TTL', store.prefix + sid]))

  it('reads what it wrote, and null where there is no session', async (t) => {
    const store = open(t)
    assert.equal(await store.get('123'), null)
    await store.set('123', sessionOf('Ada'))
    assert.deepEqual(await store.get('123'), sessionOf('Ada'))
    await store.set('123', sessionOf('Bob'))
    assert.deepEqual(await store.get('123'), sessionOf('Bob'))
  })

  it('keeps a session for the expiry of its cookie, otherwise for the option ttl', async (t) => {
    const [store, short] = [open(t), open(t, { ttl: 30.5 })]
    await store.set('none', sessionOf())
    await store.set('minute', expiringIn(60))
    await short.set('none', sessionOf())
    await short.set('minute', expiringIn(60))
    assertTtl(await ttlOf(store, 'none'), 86_400)
    assertTtl(await ttlOf(store, 'minute'), 60)
    assertTtl(await ttlOf(short, 'none'), 31)
    assertTtl(await ttlOf(short, 'minute'), 60)
  })

  it('keeps a session for what a function says, whatever its cookie says', async (t) => {
    const store = open(t, { ttl: (/** @type {any} */ { name }) => (name === 'Ada' ? 90.2 : 0) })
    await store.set('ada', { ...expiringIn(10), name: 'Ada' })
    assertTtl(await ttlOf(store, 'ada'), 91)
    await store.set('ada', sessionOf('Bob'))
    assert.equal(await store.get('ada'), null)
  })

  it('deletes a session that has expired when it is set or touched', async (t) => {
    const store = open(t)
    for (const method of /** @type {const} */ (['set', 'touch'])) {
      await store.set('789', expiringIn(60))
      assert.equal(await store.length(), 1)
      await store[method]('789', expiringIn(-60))
      assert.equal(await store.length(), 0, method)
    }
  })

  it('renews the expiry of a session by touch, and makes none', async (t) => {
    const store = open(t)
    await store.set('456', { ...expiringIn(60), name: 'Ada' })
    await store.touch('456', expiringIn(90))
    assertTtl(await ttlOf(store, '456'), 90)
    assert.equal(/** @type {any} */ (await store.get('456')).name, 'Ada')
    await store.touch('none', expiringIn(90))
    assert.equal(await store.get('none'), null)
  })

  it('renews nothing with disableTouch', async (t) => {
    const store = open(t, { disableTouch: true })
    await store.set('456', expiringIn(60))
    await store.touch('456', expiringIn(900))
    assertTtl(await ttlOf(store, '456'), 60)
  })

  it('keeps sessions for good with disableTTL, except those that have expired', async (t) => {
    const store = open(t, { disableTTL: true })
    await store.set('456', expiringIn(60))
    await store.touch('456', expiringIn(60))
    assert.equal(await ttlOf(store, '456'), -1)
    await store.set('456', expiringIn(-60))
    assert.equal(await store.get('456'), null)
  })

  it('lists ids and sessions, counts them, and deletes one or all', async (t) => {
    const [store, other] = [open(t), open(t)]
    await Promise.all([store.set('123', sessionOf('Ada')), store.set('4:56', sessionOf('Bob'))])
    await other.set('other', sessionOf())
    assert.equal(await store.length(), 2)
    assert.deepEqual((await store.ids()).sort(), ['123', '4:56'])
    const all = /** @type {any[]} */ (await store.all()).sort((a, b) => (a.id > b.id ? 1 : -1))
    assert.deepEqual(all, [
      { ...sessionOf('Ada'), id: '123' },
      { ...sessionOf('Bob'), id: '4:56' },
    ])
    await store.destroy('4:56')
    await store.destroy('none')
    assert.deepEqual(await store.ids(), ['123'])
    await store.clear()
    assert.deepEqual([await store.ids(), await store.all(), await store.length()], [[], [], 0])
    assert.deepEqual(await other.ids(), ['other'])
  })

  it('lists a thousand sessions, each once, whatever scanCount is', async (t) => {
    const prefix = `sess-${randomUUID()}:`
    const store = open(t, { prefix })
    const cookie = /** @type {any} */ (new Cookie())
    cookie.expires = new Date(Date.now() + 60_000)
    const ids = Array.from({ length: 1000 }, (_, index) => `s${index}`)
    await Promise.all(ids.map((id) => store.set(id, { cookie })))
    for (const scanCount of [7, 5000]) {
      const scanning = open(t, { prefix, scanCount })
      assert.equal(await scanning.length(), 1000)
      assert.deepEqual((await scanning.ids()).sort(), [...ids].sort())
      assert.equal((await scanning.all()).length, 1000)
    }
    await store.clear()
    assert.equal(await store.length(), 0)
  })

  it('takes a prefix literally, also one without a colon', async (t) => {
    const common = randomUUID()
    const store = open(t, { prefix: `${common}*[a-z]?\\` })
    await store.set('own', sessionOf())
    await open(t, { prefix: `${common}-x` }).set('other', sessionOf())
    assert.deepEqual(await store.ids(), ['own'])
  })

  it('leaves out keys of another type, and rejects what it cannot parse', async (t) => {
    const store = open(t)
    await store.set('good', sessionOf('Ada'))
    await store.client.command(['RPUSH', `${store.prefix}list`, 'x'])
    assert.deepEqual(await store.all(), [{ ...sessionOf('Ada'), id: 'good' }])
    await assertFails(store.get('list'), 'ERR_WRONG_TYPE')
    await store.client.command(['SET', `${store.prefix}bad`, 'secret but no JSON'])
    for (const call of [store.get('bad'), store.all()]) {
      const { message } = await assertFails(call, 'ERR_CORRUPT_VALUE')
      assert.match(message, /^RedisStore\.\w+: the text of session "bad" cannot be parsed by the serializer\.$/)
    }
    assert.deepEqual(await store.get('good'), sessionOf('Ada'))
  })

  it('lists sessions beside keys of other clients that are no text', async (t) => {
    const store = open(t)
    await store.set('good', sessionOf('Ada'))
    await store.client.command(['SET', Buffer.from(`${store.prefix}\xff`, 'latin1'), 'x'])
    assert.deepEqual((await store.ids()).sort(), ['good', '\ufffd'])
    assert.deepEqual(await store.all(), [{ ...sessionOf('Ada'), id: 'good' }])
    await store.clear()
  })

  it('uses a serializer, whose parse may be asynchronous', async (t) => {
    const serializer = {
      stringify: (/** @type {any} */ session) => `v1 ${session.name}`,
      parse: async (/** @type {string} */ text) => ({ ...sessionOf(), name: text.slice('v1 '.length) }),
    }
    const store = open(t, { serializer })
    await store.set('123', sessionOf('Ada'))
    assert.equal(await store.client.command(['GET', `${store.prefix}123`]), 'v1 Ada')
    assert.deepEqual(await store.get('123'), sessionOf('Ada'))
    assert.deepEqual(await store.all(), [{ ...sessionOf('Ada'), id: '123' }])
  })
}

/** @param {number} actual @param {number} seconds */
function assertTtl(actual, seconds) {
  assert.ok(actual <= seconds && actual > seconds - 20, `${actual}, expected ${seconds}`)
}
