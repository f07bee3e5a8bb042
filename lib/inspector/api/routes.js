// @ts-check
'use strict'

const entry = require('./entry.js')
const { entries, groups } = require('./names.js')
const { query } = require('./query.js')
const { health, info, stats } = require('./stores.js')

/** @typedef {import('./route.js').Route} Route */

/**
 * The API, by path and method. What can be read with GET can be read with POST too: the body has room for names that are too long
 * for an address.
 *
 * @type {Record<string, Record<string, Route>>}
 */
const ROUTES = {
  'api/info': reading(info),
  'api/health': reading(health),
  'api/stats': reading(stats),
  'api/groups': reading(groups),
  'api/entries': reading(entries),
  'api/entry': { ...reading(entry.read), PUT: entry.write, DELETE: entry.remove },
  'api/ttl': { PUT: entry.setTtl },
  'api/query': { POST: query },
}

const WATCH = 'api/watch'
const WRITING = ['PUT', 'DELETE']

/** @param {Route} route */
function reading(route) {
  return { GET: route, HEAD: route, POST: route }
}

module.exports = { ROUTES, WATCH, WRITING }
