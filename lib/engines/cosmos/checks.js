// @ts-check
'use strict'

const { failure } = require('../../errors.js')

/**
 * Checks that an answer belongs to its request: that of a broken proxy may not.
 *
 * @typedef {import('./item.js').Item} Item
 * @typedef {import('./item.js').ItemLayout} ItemLayout
 */

/** What is sent in a header later. */
const ETAG = /^[\x21-\x7e]{1,200}$/

/**
 * The answer to the read of an item.
 *
 * @param {any} item
 * @param {ItemLayout} layout
 * @param {{ id: string, traceId: string }} wanted
 * @returns {Item}
 */
function checkedItem(item, layout, { id, traceId }) {
  if (item?.id !== id || layout.traceIdOf(item) !== traceId) throw unfit('has another item than was asked for')
  if (typeof item._etag !== 'string' || !ETAG.test(item._etag)) throw unfit('has an item without etag')
  return item
}

/**
 * A row of the answer to a query.
 *
 * @param {any} row
 * @param {ItemLayout} layout
 * @param {string} [traceId] of whole items
 * @returns {Item}
 */
function checkedRow(row, layout, traceId) {
  const isOfStore = typeof row?.id === 'string' && row.id.startsWith(layout.prefix)
  if (!isOfStore || (traceId !== undefined && layout.traceIdOf(row) !== traceId))
    throw unfit('has other items than were asked for')
  return row
}

/** @param {any} count @returns {number} */
function checkedCount(count) {
  if (!Number.isInteger(count) || count < 0) throw unfit('has no number of items')
  return count
}

/** @param {string} what */
function unfit(what) {
  return failure('ERR_REPLY', `the answer of the server ${what}`)
}

module.exports = { checkedCount, checkedItem, checkedRow, unfit }
