// @ts-check
// Values in the format of a codec, on every kind of store.

import assert from 'node:assert/strict'
import { constants } from 'node:buffer'
import { describe, it } from 'node:test'
import { runInNewContext } from 'node:vm'
import { Packr } from 'msgpackr'
import { RESP_TYPES } from 'redis'
import { RedisStateAdapter } from 'redis-state-adapter'
import superjson from 'superjson'
import { collected } from './adapters/support/collected.mjs'
import { onEveryStore } from './support/on-every-store.mjs'

/** @import { GetStore } from './support/workspace.mjs' */

/** @type {import('redis-state-adapter').TextCodec} */
const SUPERJSON = { encode: (value) => superjson.stringify(value), decode: (text) => superjson.parse(text) }
const packr = new Packr({ useRecords: false, moreTypes: true })
/** @type {import('redis-state-adapter').BytesCodec} */
const MESSAGE_PACK = {
  encode: (value) => packr.pack(value),
  decode: (bytes) => packr.unpack(bytes),
  encoding: 'bytes',
}
const CODECS = { superjson: SUPERJSON, MessagePack: MESSAGE_PACK }
const { MAX_STRING_LENGTH } = constants
const STORES = [
  'memory',
  'redis',
  'redis, with a cache',
  'redis, with an index of each trace, as an ACL user with only the documented rights',
  'a cluster',
]

const VALUE = { at: new Date(5), tags: new Set(['a', 'ü"\\\u2028']), text: '\0\u{1f600}', list: [1.5, null, true] }
let traces = 0

/** @param {GetStore} getStore */
function codecs(getStore) {
  for (const [name, codec] of Object.entries(CODECS)) {
    /** @returns {[state: RedisStateAdapter, trace: string]} */
    const open = () => [getStore().open({ codec }), `codec-${++traces}`]

    it(`${name}: every method that reads returns what was written`, async () => {
      const [state, trace] = open()
      assert.equal(await state.set(trace, 'a', VALUE), VALUE)
      assert.deepEqual(await state.get(trace, 'a'), VALUE)
      assert.deepEqual(await state.get(trace, 'a'), VALUE, 'from a cache')
      assert.equal(await state.get(trace, 'missing'), null)
      await state.set(trace, 'b', new Date(1), { ttl: 60 })
      const found = await state.getWithMetadata(trace, 'b')
      assert.deepEqual(found?.value, new Date(1))
      await state.set(trace, 'b', new Date(2), { ifMatch: found?.etag })
      await assert.rejects(state.set(trace, 'b', 1, { ifAbsent: true }), { code: 'ERR_CONFLICT' })
      assert.deepEqual(await state.getMany(trace, ['b', 'none', 'a']), [new Date(2), null, VALUE])
      assert.deepEqual(await state.getGroup(trace).then((values) => values.length), 2)
      const items = [{ groupId: trace, key: 'b', type: 'object', value: new Date(2) }]
      assert.deepEqual(await state.getByPrefix(trace, 'b'), items)
      assert.deepEqual(await collected(state.scan(trace, { keyPrefix: 'b' })), items)
      assert.equal(await state.count(trace), 2)
      const etag = (await state.getWithMetadata(trace, 'b'))?.etag ?? ''
      assert.deepEqual(await state.delete(trace, 'b', { ifMatch: etag }), new Date(2))
      assert.deepEqual(await state.delete(trace, 'a'), VALUE)
      assert.equal(await state.delete(trace, 'a'), null)
    })

    it(`${name}: bulk writes, transactions and loads are encoded`, async () => {
      const [state, trace] = open()
      await state.setMany(trace, [{ key: 'a', value: VALUE }])
      const etag = (await state.getWithMetadata(trace, 'a'))?.etag ?? ''
      await state.transaction(trace, (tx) => tx.set('a', new Date(3), { ifMatch: etag }))
      assert.deepEqual(await state.get(trace, 'a'), new Date(3))
      const loads = [1, 2].map(() => state.getOrSet(trace, 'c', async () => VALUE))
      const [one, other] = await Promise.all(loads)
      assert.deepEqual([one, other], [VALUE, VALUE])
      assert.notEqual(one, other)
      assert.deepEqual(await state.get(trace, 'c'), VALUE)
    })

    it(`${name}: a watch delivers decoded values`, async () => {
      const [state, trace] = open()
      await getStore().allowWatch?.(getStore().raw?.prefix ?? '')
      const watch = state.watch(trace, 'a', { values: true, configure: true })
      await watch.ready
      await state.set(trace, 'a', new Date(4))
      const { value: change } = await watch.next()
      assert.deepEqual(change && 'value' in change && change.value, new Date(4))
      await watch.return()
    })

    it(`${name}: Redis has what encode returned`, { skip: !getStore.hasRaw && 'no Redis' }, async () => {
      const trace = `codec-${++traces}`
      const state = getStore().open({ codec, keyPrefix: prefixOf(getStore) })
      await state.set(trace, 'a', VALUE)
      await state.setMany(trace, [{ key: 'b', value: VALUE }], { ttl: 60 })
      await state.transaction(trace, [{ op: 'set', key: 'c', value: VALUE }])
      for (const key of ['a', 'b', 'c']) {
        assert.deepEqual(await stored(getStore, trace, key), Buffer.from(codec.encode(VALUE)))
      }
    })
  }

  it('a value that cannot be encoded is refused, and nothing is sent', async () => {
    const cause = new Error('no')
    const fail = () => {
      throw cause
    }
    const state = getStore().open({ codec: { encode: fail, decode: String } })
    const trace = `codec-${++traces}`
    const refused = { code: 'ERR_INVALID_ARGUMENT', cause, traceId: trace, applied: 'no' }
    await assert.rejects(state.set(trace, 'a', 1), { ...refused, operation: 'set', key: 'a' })
    await assert.rejects(state.set(trace, 'a', 1, { ttl: 5 }), { ...refused, operation: 'set', key: 'a' })
    await assert.rejects(state.transaction(trace, [{ op: 'set', key: 'a', value: 1 }]), refused)
    await assert.rejects(
      state.getOrSet(trace, 'a', () => 1),
      { ...refused, operation: 'getOrSet' },
    )
    assert.equal(await state.has(trace, 'a'), false)
  })

  it('a value that cannot be decoded rejects its own read', async () => {
    const decode = (/** @type {unknown} */ text) => {
      if (text === 'bad') throw new TypeError('no')
      return text
    }
    const state = getStore().open({ codec: { encode: String, decode } })
    const trace = `codec-${++traces}`
    await state.setMany(trace, [
      { key: 'a', value: 'good' },
      { key: 'b', value: 'bad' },
    ])
    const [good, bad] = await Promise.allSettled([state.get(trace, 'a'), state.get(trace, 'b')])
    assert.equal(good.status === 'fulfilled' && good.value, 'good')
    const { reason } = /** @type {PromiseRejectedResult} */ (bad)
    assert.match(reason.message, /^get\("codec-\d+", "b"\): the value is not what codec\.decode reads/)
    assert.deepEqual([reason.code, reason.cause.name], ['ERR_CORRUPT_VALUE', 'TypeError'])
    const corrupt = { code: 'ERR_CORRUPT_VALUE', traceId: trace, key: 'b' }
    await assert.rejects(state.getGroup(trace), { ...corrupt, operation: 'getGroup' })
    await assert.rejects(state.getWithMetadata(trace, 'b'), corrupt)
    await assert.rejects(state.delete(trace, 'b'), { ...corrupt, applied: 'unknown' })
    assert.equal(await state.has(trace, 'b'), false)
  })

  it('bytes that are no text reject only their own read', { skip: !getStore.hasRaw && 'no Redis' }, async () => {
    const [bytes, text] = [MESSAGE_PACK, SUPERJSON].map((codec) => getStore().open({ codec }))
    const trace = `codec-${++traces}`
    await Promise.all([bytes.set(trace, 'b', { at: new Date(1e13) }), text.set(trace, 'a', 1)])
    const [good, bad] = await Promise.allSettled([text.get(trace, 'a'), text.get(trace, 'b')])
    assert.equal(good.status === 'fulfilled' && good.value, 1)
    assert.equal(bad.status === 'rejected' && bad.reason.code, 'ERR_CORRUPT_VALUE')
  })

  it('what the server does with JSON is refused', async () => {
    const state = getStore().open({ codec: SUPERJSON })
    const refused = { code: 'ERR_UNSUPPORTED', message: /with a codec, the server cannot read values/ }
    await assert.rejects(state.increment('t', 'k'), refused)
    await assert.rejects(state.update('t', 'k', [{ op: 'set', path: 'a', value: 1 }]), refused)
    await assert.rejects(state.query({}), refused)
  })
}

/** @param {GetStore} getStore */
function prefixOf(getStore) {
  return getStore().raw?.prefix || 'codecs:'
}

/** Bytes that cannot be read any more. */
function transferred() {
  const bytes = new Uint8Array(1)
  structuredClone(bytes, { transfer: [bytes.buffer] })
  return bytes
}

/** What Redis has of an entry. @param {GetStore} getStore @param {string} trace @param {string} key */
async function stored(getStore, trace, key) {
  const client = getStore().raw?.client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
  return client?.get(`${prefixOf(getStore)}${trace}:${key}`)
}

onEveryStore('codecs', [codecs], STORES)

describe('the option codec', () => {
  /** @param {any} codec @param {object} [options] */
  const open = (codec, options) => new RedisStateAdapter({ url: 'memory:', codec, ...options })
  const [encode, decode] = [String, String]

  for (const [codec, message] of /** @type {[any, RegExp][]} */ ([
    ['text', /codec: expected an object with encode and decode, got/],
    [{ encode }, /codec\.decode: expected a function, got/],
    [{ encode, decode, encoding: 'utf8' }, /codec\.encoding: expected 'text' or 'bytes', got/],
    [{ encode, decode, encodings: 'text' }, /codec\.encodings: unknown option/],
  ])) {
    it(`is refused with ${message.source}`, () => {
      assert.throws(() => open(codec), { code: 'ERR_INVALID_CONFIG', message })
    })
  }

  it('cannot be combined with strictValues', () => {
    const message = /strictValues: cannot be combined with codec/
    assert.throws(() => open({ encode, decode }, { strictValues: true }), { code: 'ERR_INVALID_CONFIG', message })
  })

  for (const [encoding, result, message] of /** @type {[any, any, RegExp][]} */ ([
    ['text', new Uint8Array(1), /codec\.encode: expected a string, got bytes\. Set codec\.encoding/],
    ['bytes', 'a', /codec\.encode: expected a Uint8Array, got a value of type string/],
    ['text', Promise.resolve('a'), /codec\.encode: expected a string, got a promise/],
    ['text', '\ud800', /lone surrogate/],
    ['text', '\0'.repeat(MAX_STRING_LENGTH / 5), /codec\.encode returned a text beyond the length of a string/],
    ['bytes', Buffer.alloc(MAX_STRING_LENGTH + 1), /codec\.encode returned bytes beyond the length of a string/],
    ['bytes', transferred(), /codec\.encode returned bytes whose memory was transferred/],
  ])) {
    it(`refuses a result: ${message.source}`, async () => {
      const state = open({ encode: () => result, decode, encoding })
      await assert.rejects(state.set('t', 'k', 1), { code: 'ERR_INVALID_ARGUMENT', message })
      await state.cleanup()
    })
  }

  it('takes the bytes of another realm', async () => {
    const bytes = runInNewContext('new Uint8Array([1, 2, 255])')
    const state = open({ encode: () => bytes, decode: (/** @type {Buffer} */ read) => [...read], encoding: 'bytes' })
    await state.set('t', 'k', 1)
    assert.deepEqual(await state.get('t', 'k'), [1, 2, 255])
    await state.cleanup()
  })
})
