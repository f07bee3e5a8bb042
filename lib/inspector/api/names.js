// @ts-check
'use strict'

const { overviewsOf } = require('../entry-reader.js')
const { keyPages, traceIdPages } = require('../name-pages.js')
const { indexAfter } = require('../sorting.js')

/** @typedef {import('./route.js').Call} Call */

const LIMIT = { min: 1, max: 1000, standard: 200 }
const OFFSET = { min: 0, max: Number.MAX_SAFE_INTEGER, standard: 0 }

/** @param {Call} call */
async function groups(call) {
  const store = call.target.get(call.parameters.optionalText('store'))
  const listing = await listed(call, JSON.stringify([store.name]), (signal) => traceIdPages(store, signal))
  const { page, ...rest } = pageOf(listing, call.parameters)
  return { groups: page.map((traceId) => ({ traceId })), ...rest }
}

/** @param {Call} call */
async function entries(call) {
  const { parameters, signal } = call
  const store = call.target.get(parameters.optionalText('store'))
  const traceId = parameters.text('trace')
  const key = JSON.stringify([store.name, traceId])
  const listing = await listed(call, key, (stopped) => keyPages(store, traceId, stopped))
  const { page, ...rest } = pageOf(listing, parameters)
  return { entries: await overviewsOf(store, traceId, page, signal), ...rest }
}

/** @param {Call} call @param {string} key @param {(signal: AbortSignal) => AsyncIterable<string[]>} list */
function listed({ listings, parameters, signal }, key, list) {
  const search = parameters.optionalText('search') ?? ''
  return listings.get(key, list, { search, isFresh: parameters.flag('fresh'), signal })
}

/** @param {import('../listings.js').Listing} listing @param {import('../parameters.js').Parameters} parameters */
function pageOf({ names, isTruncated, at }, parameters) {
  const limit = parameters.wholeNumber('limit', LIMIT)
  const start = startOf(names, parameters)
  const page = names.slice(start, start + limit)
  const next = start + limit < names.length ? page[page.length - 1] : null
  return { page, next, total: names.length, truncated: isTruncated, at }
}

/** Where a page begins: after a name, or at a place, for lists that are scrolled to any place. @param {string[]} names @param {import('../parameters.js').Parameters} parameters */
function startOf(names, parameters) {
  const after = parameters.optionalText('after')
  return after === undefined ? parameters.wholeNumber('offset', OFFSET) : indexAfter(names, after)
}

module.exports = { entries, groups }
