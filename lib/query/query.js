// @ts-check
'use strict'

const { readList } = require('../input/input.js')
const { readInput } = require('../input/method-options.js')
const { decodeToken, encodeToken, fingerprintOf } = require('./page-token.js')
const { Paths, readFilter } = require('./filter.js')

/**
 * @typedef {import('../engines/engine.js').QueryPlan} QueryPlan
 * @typedef {import('../engines/engine.js').QueryPage} QueryPage
 * @typedef {import('../../index.js').StateQueryResult} StateQueryResult
 */

const MAX_SORT_KEYS = 32

/**
 * Checks a query, and makes a plan for the engine and a function that makes the result of the page.
 *
 * @param {unknown} input
 * @returns {{ plan: QueryPlan, finish: (page: QueryPage) => StateQueryResult }}
 */
function queryPlan(input = {}) {
  const { groupId, filter, sort, page } = readInput('query', input, 'input', '')
  const paths = new Paths()
  const query = {
    // An empty id means all traces, as for items.
    groupId: groupId === '' ? undefined : groupId,
    filter: filter === undefined ? undefined : readFilter(filter, paths),
    sort: sortOf(sort, paths),
    paths: paths.all,
  }
  const fingerprint = fingerprintOf(query)
  const { groupId: traceId, ...rest } = query
  const plan = { traceId, ...rest, ...pageOf(page, fingerprint, query.sort.length) }
  const finish = (/** @type {QueryPage} */ { items, position }) =>
    position === null ? { items } : { items, token: encodeToken(fingerprint, position) }
  return { plan, finish }
}

/**
 * @param {unknown} sort
 * @param {Paths} paths
 * @returns {[path: number, order: string][]}
 */
function sortOf(sort, paths) {
  if (sort === undefined) return []
  /** @type {(part: unknown, at: string) => [path: number, order: string]} */
  const read = (part, at) => {
    const { key, order } = readInput('querySort', part, at)
    return [paths.indexOf(key, `${at}.key`), order]
  }
  return readList(sort, 'sort', read, MAX_SORT_KEYS)
}

/**
 * @param {unknown} page
 * @param {string} fingerprint
 * @param {number} sortKeys
 */
function pageOf(page, fingerprint, sortKeys) {
  if (page === undefined) return {}
  const { limit, token } = readInput('queryPage', page, 'page')
  return { limit, after: token === undefined ? undefined : decodeToken(token, fingerprint, sortKeys) }
}

module.exports = { queryPlan }
