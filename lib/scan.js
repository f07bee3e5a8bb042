// @ts-check
'use strict'

const { checkCount, fieldsOf } = require('./input.js')
const { itemsOf } = require('./items.js')

/** @typedef {import('./core.js').Core} Core */

const PAGE_SIZE = 100

/**
 * @param {Core} core
 * @param {string} traceId
 * @param {unknown} [options]
 */
async function* scan(core, traceId, options) {
  const { keys, pageSize } = await core.checked({ traceId }, () => {
    const { pageSize, keyPrefix } = scanOptions(options)
    const start = (/** @type {number} */ batch) => core.native.keys(batch, traceId, keyPrefix)
    return core.listPart('scan', traceId, keyPrefix, { start, finish: (keys) => ({ keys, pageSize }) })
  })
  yield* readPages(keys, pageSize, (page) => readPage(core, traceId, JSON.stringify(page)))
}

/**
 * @param {Core} core
 * @param {string} traceId
 * @param {string} keys JSON array
 * @returns {Promise<import('../index.js').StateItem[]>}
 */
function readPage(core, traceId, keys) {
  const start = (/** @type {number} */ batch) => core.native.scanPage(batch, traceId, keys)
  return core.list('scan', { traceId, more: keys, start, finish: itemsOf })
}

/** @param {unknown} [options] */
function scanOptions(options = {}) {
  const { pageSize = PAGE_SIZE, keyPrefix = '' } = fieldsOf(options, 'the options', '', ['pageSize', 'keyPrefix'])
  checkCount(pageSize, 'pageSize')
  return { pageSize, keyPrefix }
}

/**
 * What is read of the names, a page at a time. While a page is given out, the next one is read, and no other.
 *
 * @template T
 * @param {string[]} names
 * @param {number} pageSize
 * @param {(names: string[]) => Promise<T[]>} read
 */
async function* readPages(names, pageSize, read) {
  const readFrom = (/** @type {number} */ start) => {
    const page = read(names.slice(start, start + pageSize))
    // Whoever stops early does not wait for it.
    page.catch(() => {})
    return page
  }
  if (names.length === 0) return
  let next = readFrom(0)
  for (let start = 0; start < names.length; start += pageSize) {
    const page = await next
    if (start + pageSize < names.length) next = readFrom(start + pageSize)
    yield* page
  }
}

module.exports = { scan }
