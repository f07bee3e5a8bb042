// @ts-check
// What the other tests here expect of the in-memory Cosmos DB, asked through @azure/cosmos.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, describe, it } from 'node:test'
import { range } from '../support/fill.mjs'
import { account, containerOf, skip } from './support/rust-emulator.mjs'

/** @typedef {import('@azure/cosmos').Container} Container */

describe('the in-memory Cosmos DB', { skip }, () => {
  /** @type {Container} */
  let container
  before(async () => {
    container = await containerOf(await account(), { database: 'emulator', container: 'items' })
  })

  /** @param {string} id @param {string} partitionKey */
  const stored = async (id, partitionKey) => (await container.item(id, partitionKey).read()).resource?.value
  /** @param {string} id @param {string} partitionKey @param {unknown} value */
  const item = (id, partitionKey, value) => /** @type {any} */ ({ id, partitionKey, value })

  it('serves many connections at once', async () => {
    const [partition, numbers] = [randomUUID(), range(200)]
    await Promise.all(numbers.map((number) => container.items.create(item(`k${number}`, partition, number))))
    const read = await Promise.all(numbers.map((number) => stored(`k${number}`, partition)))
    assert.deepEqual(read, numbers)
  })

  it('keeps the same id apart in two partitions', async () => {
    const [one, other] = [randomUUID(), randomUUID()]
    await container.items.create(item('k', one, 1))
    await container.items.create(item('k', other, 2))
    assert.deepEqual([await stored('k', one), await stored('k', other)], [1, 2])
  })

  it('writes nothing of a batch of which one operation fails', async () => {
    const partition = randomUUID()
    const { code, result } = await container.items.batch(
      [
        { operationType: 'Create', resourceBody: item('new', partition, 1) },
        { operationType: 'Delete', id: 'missing' },
      ],
      partition,
    )
    assert.equal(code, 207)
    assert.deepEqual(
      result?.map(({ statusCode }) => statusCode),
      [424, 404],
    )
    assert.equal(await stored('new', partition), undefined)
  })

  it('has a new etag after each write, and refuses a write with an old one', async () => {
    const partition = randomUUID()
    const { etag } = await container.items.create(item('k', partition, 1))
    const accessCondition = { type: 'IfMatch', condition: etag }
    const replaced = await container.item('k', partition).replace(item('k', partition, 1), { accessCondition })
    assert.notEqual(replaced.etag, etag)
    const again = container.item('k', partition).replace(item('k', partition, 2), { accessCondition })
    await assert.rejects(again, { code: 412 })
    assert.equal(await stored('k', partition), 1)
  })

  it('refuses an item above 2 MB', async () => {
    await assert.rejects(container.items.create(item('k', randomUUID(), 'x'.repeat(2_100_000))), { code: 413 })
  })
})
