// @ts-check
'use strict'

/**
 * @typedef {import('../index.js').StateItem} StateItem
 * @typedef {import('../index.js').StateItemType} StateItemType
 */

/**
 * @param {any[]} flat trace id, key and value, one after the other
 * @returns {StateItem[]}
 */
function itemsOf(flat) {
  const items = []
  for (let at = 0; at < flat.length; at += 3) {
    const value = flat[at + 2]
    items.push({ groupId: flat[at], key: flat[at + 1], type: typeOf(value), value })
  }
  return items
}

/**
 * @param {unknown} value parsed JSON
 * @returns {StateItemType}
 */
function typeOf(value) {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return /** @type {StateItemType} */ (typeof value)
}

module.exports = { itemsOf }
