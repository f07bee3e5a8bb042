// @ts-check
// The items of a driver of unstorage: texts, bytes, batches, listings and expiry.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'node:test'
import redisDriver from 'redis-state-adapter/unstorage'
import { createStorage } from 'unstorage'
import { assertFails } from '../support/assert-fails.mjs'
import { until } from '../support/until.mjs'

/** @typedef {() => import('./support/places.mjs').Place} GetPlace */

/**
 * Opens storages on the state of a place.
 *
 * @param {GetPlace} getPlace
 */
export function storagesOf(getPlace) {
  /** @param {Record<string, any>} [options] */
  return ({ base = randomUUID(), ...options } = {}) => {
    const driver = redisDriver({ state: getPlace().state, base, ...options })
    return { storage: createStorage({ driver }), driver, base }
  }
}

/** @param {GetPlace} getPlace */
export function items(getPlace) {
  const send = (/** @type {(string | number)[]} */ ...args) => getPlace().state.command(args)
  const storageOf = storagesOf(getPlace)

  it('has nothing at first', async () => {
    const { storage } = storageOf()
    assert.equal(await storage.hasItem('a:b'), false)
    assert.equal(await storage.getItem('a:b'), null)
    assert.deepEqual(await storage.getKeys(), [])
    await storage.removeItem('a:b')
    await storage.clear()
  })

  it('writes, reads and removes items, whose keys are normalized', async () => {
    const { storage, base } = storageOf()
    await storage.setItem('/a/b?query', 'text')
    assert.equal(await storage.hasItem('a:b'), true)
    assert.equal(await storage.getItem('a:b?other'), 'text')
    assert.equal(await send('GET', `${base}:a:b`), 'text')
    await storage.removeItem('a:b')
    assert.equal(await storage.hasItem('a:b'), false)
  })

  it('keeps every kind of value', async () => {
    const { storage } = storageOf()
    const values = [true, false, 0, 1.5, 'text', '', { a: ['b'] }, [1]]
    for (const value of values) {
      await storage.setItem('value', value)
      assert.deepEqual(await storage.getItem('value'), value)
    }
    await storage.setItem('lossy', /** @type {any} */ ({ toJSON: () => ({ a: 1 }) }))
    assert.deepEqual(await storage.getItem('lossy'), { a: 1 })
    await assert.rejects(async () => storage.setItem('class', /** @type {any} */ (new (class Test {})())))
  })

  it('has items in batches', async () => {
    const { storage } = storageOf()
    await storage.setItems(
      /** @type {any[]} */ ([
        { key: 'a', value: 1 },
        { key: 'b:c', value: { n: 2 } },
      ]),
    )
    assert.deepEqual(await storage.getItems(['b:c', { key: 'none' }, 'a?query']), [
      { key: 'b:c', value: { n: 2 } },
      { key: 'none', value: null },
      { key: 'a', value: 1 },
    ])
  })

  it('lists and clears below a base, whatever characters it has', async () => {
    const base = `${randomUUID()}:*[a]?`
    const { storage, driver } = storageOf({ base })
    const { storage: other } = storageOf({ base: base.replace('*', 'x') })
    const keys = ['one', 'a:one', 'a:b:two', 'a:b:three', 'ab:four']
    await storage.setItems(keys.map((key) => ({ key, value: key })))
    await other.setItem('a:one', 'other')
    assert.deepEqual((await storage.getKeys()).sort(), [...keys].sort())
    assert.deepEqual((await storage.getKeys('a')).sort(), ['a:b:three', 'a:b:two', 'a:one'])
    assert.deepEqual((await storage.getKeys('', { maxDepth: 1 })).sort(), ['a:one', 'ab:four', 'one'])
    // unstorage clears the mounts below a base, of which this is none.
    await driver.clear('a')
    assert.deepEqual((await storage.getKeys()).sort(), ['ab:four', 'one'])
    await storage.clear()
    assert.deepEqual(await storage.getKeys(), [])
    assert.deepEqual(await other.getKeys(), ['a:one'])
  })

  it('lists and clears more items than one step has', async () => {
    const { storage } = storageOf({ scanCount: 1_000 })
    const keys = Array.from({ length: 2_500 }, (_, at) => `k${at}`)
    await storage.setItems(keys.map((key) => ({ key, value: key })))
    assert.deepEqual(new Set(await storage.getKeys()), new Set(keys))
    await storage.clear()
    assert.deepEqual(await storage.getKeys(), [])
  })

  it('keeps bytes as they are', async () => {
    const { storage, base } = storageOf()
    const bytes = Buffer.from([0, 255, 13, 10, 128])
    const values = [
      bytes,
      new Uint8Array(bytes),
      new Uint8Array(bytes).buffer,
      new DataView(new Uint8Array(bytes).buffer),
    ]
    for (const value of values) {
      await storage.setItemRaw('raw', value)
      assert.deepEqual(await storage.getItemRaw('raw'), bytes)
      assert.deepEqual(await getPlace().state.command(['GET', `${base}:raw`], { encoding: 'bytes' }), bytes)
    }
    for (const value of [
      Buffer.alloc(0),
      Buffer.from('base64:AQID'),
      Buffer.from('base64'),
      Buffer.alloc(100_000, 200),
    ]) {
      await storage.setItemRaw('raw', value)
      assert.deepEqual(await storage.getItemRaw('raw'), value)
    }
    await storage.setItemRaw('raw', 'text')
    assert.deepEqual(await storage.getItemRaw('raw'), Buffer.from('text'))
    assert.equal(await storage.getItemRaw('none'), null)
  })

  it('refuses a raw value that is neither bytes nor a string', async () => {
    const error = await assertFails(storageOf().storage.setItemRaw('raw', { a: 1 }), 'ERR_INVALID_VALUE')
    assert.match(error.message, /^setItemRaw\("raw"\): value: expected bytes or a string, got an object. Write it with/)
  })

  it('has items expire, by the option of a call or of the driver', async () => {
    const { storage, base } = storageOf({ ttl: 1000 })
    await storage.setItem('default', 'text')
    await storage.setItem('own', 'text', { ttl: 2000.5 })
    await storage.setItem('never', 'text', { ttl: 0 })
    await storage.setItemRaw('raw', Buffer.from('b'), { ttl: 3000 })
    await storage.setItems(
      [
        { key: 'a', value: 1 },
        { key: 'b', value: 1, options: { ttl: 5000 } },
      ],
      { ttl: 4000 },
    )
    const lives = await Promise.all(
      ['default', 'own', 'never', 'raw', 'a', 'b'].map((key) => send('PTTL', `${base}:${key}`)),
    )
    const rounded = lives.map((/** @type {any} */ life) =>
      Number(life) < 0 ? life : Math.ceil(Number(life) / 500_000) * 500,
    )
    assert.deepEqual(rounded, [1000, 2500, -1, 3000, 4000, 5000])
    await storage.setItem('short', 'text', { ttl: 0.1 })
    await until(async () => !(await storage.hasItem('short')))
    await assertFails(storage.setItem('a', 1, { ttl: 'x' }), 'ERR_INVALID_ARGUMENT')
    await assertFails(storage.setItem('a', 1, { ttl: -1 }), 'ERR_INVALID_ARGUMENT')
    for (const ttl of [Number.NaN, '', false]) {
      await assertFails(storage.setItem('a', 1, { ttl: /** @type {any} */ (ttl) }), 'ERR_INVALID_ARGUMENT')
    }
  })

  it('says the size of an item and how long it lives', async () => {
    const { storage, driver } = storageOf()
    await storage.setItem('a', 'text', { ttl: 1000 })
    await storage.setItem('b', 'longer text')
    await storage.setMeta('b', { owner: 'Ada' })
    const { ttl = 0, size } = await storage.getMeta('a')
    assert.ok(ttl > 900 && ttl <= 1000, `${ttl}`)
    assert.equal(size, 4)
    assert.deepEqual({ ...(await storage.getMeta('b')) }, { size: 11, owner: 'Ada' })
    assert.equal(await driver.getMeta('none'), null)
    assert.deepEqual((await storage.getKeys()).sort(), ['a', 'b'])
  })
}
