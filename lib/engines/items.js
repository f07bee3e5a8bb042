// @ts-check
'use strict'

/**
 * @typedef {import('../../index.js').StateItem} StateItem
 * @typedef {import('../../index.js').StateItemType} StateItemType
 */

/**
 * Makes items of a flat listing.
 *
 * @param {any[]} flat trace id, key and value, one after the other
 * @returns {StateItem[]}
 */
function itemsOf(flat) {
  const items = []
  for (let at = 0; at < flat.length; at += 3) items.push(itemOf(flat[at], flat[at + 1], flat[at + 2]))
  return items
}

/**
 * @param {string} groupId
 * @param {string} key
 * @param {any} value parsed JSON
 * @returns {StateItem}
 */
function itemOf(groupId, key, value) {
  return { groupId, key, type: typeOf(value), value }
}

/** @param {unknown} value @returns {StateItemType} */
function typeOf(value) {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return /** @type {StateItemType} */ (typeof value)
}

module.exports = { itemOf, itemsOf }
