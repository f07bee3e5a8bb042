// @ts-check
'use strict'

const { invalidArgument } = require('./errors.js')
const { checkCount, fieldsOf, isGiven } = require('./input.js')
const { itemsOf } = require('./items.js')
const { positionOf, queryMark, tokenOf } = require('./page-token.js')
const { Paths, conditionOf } = require('./query-filter.js')

const MOST_SORT_KEYS = 32

/**
 * A query as it crosses; src/query.rs reads its text.
 *
 * @param {unknown} input
 */
function queryOf(input = {}) {
  const { groupId, filter, sort, page } = fieldsOf(input, 'the input', '', ['groupId', 'filter', 'sort', 'page'])
  const paths = new Paths()
  const wanted = {
    groupId: groupIdOf(groupId),
    filter: isGiven(filter) ? conditionOf(filter, paths) : undefined,
    sort: sortOf(sort, paths),
    paths: paths.all,
  }
  const mark = queryMark(wanted)
  const text = JSON.stringify({ ...wanted, groupId: undefined, ...pageOf(page, mark, wanted.sort.length) })
  return { groupId: wanted.groupId, text, finish: (/** @type {any[]} */ values) => resultOf(values, mark) }
}

/**
 * @param {any[]} values trace id, key and value, one after the other, and at the end where the next page begins
 * @param {string} mark
 */
function resultOf(values, mark) {
  const position = values.pop()
  const items = itemsOf(values)
  return position === null ? { items } : { items, token: tokenOf(mark, position) }
}

/**
 * An empty id means all groups, as for items.
 *
 * @param {unknown} groupId
 */
function groupIdOf(groupId) {
  if (!isGiven(groupId) || groupId === '') return undefined
  if (typeof groupId !== 'string') throw invalidArgument('groupId must be a string')
  return groupId
}

/**
 * @param {unknown} sort
 * @param {Paths} paths
 * @returns {[path: number, order: string][]}
 */
function sortOf(sort, paths) {
  if (!isGiven(sort)) return []
  if (!Array.isArray(sort)) throw invalidArgument('sort must be an array')
  if (sort.length > MOST_SORT_KEYS) throw invalidArgument(`sort has more than ${MOST_SORT_KEYS} keys`)
  return Array.from(sort, (part, index) => {
    const at = `sort[${index}]`
    const { key, order = 'ASC' } = fieldsOf(part, at, `${at}.`, ['key', 'order'])
    if (typeof key !== 'string') throw invalidArgument(`${at}.key must be a string`)
    if (order !== 'ASC' && order !== 'DESC') throw invalidArgument(`${at}.order must be ASC or DESC`)
    return [paths.numberOf(key, `${at}.key`), order]
  })
}

/**
 * @param {unknown} page
 * @param {string} mark
 * @param {number} sortKeys
 */
function pageOf(page, mark, sortKeys) {
  if (!isGiven(page)) return {}
  const { limit, token } = fieldsOf(page, 'page', 'page.', ['limit', 'token'])
  if (isGiven(limit)) checkCount(limit, 'page.limit')
  return { limit, after: isGiven(token) ? positionOf(token, mark, sortKeys) : undefined }
}

module.exports = { queryOf }
