// @ts-check
'use strict'

const { Refusal, forbidden } = require('./refusal.js')

/**
 * Where a request comes from: which name its sender knows this server by, and which site the page is of that sent it.
 *
 * @typedef {import('node:http').IncomingMessage} Request
 */

const READING = ['GET', 'HEAD']
const HEADER = 'x-redis-state-inspector'

/**
 * Refuses names that are not of this server. Otherwise a page of another site could be the same origin, by a name that leads here
 * (DNS rebinding).
 *
 * @param {Request} request
 * @param {readonly string[] | undefined} allowed host names, with a port if only that is allowed. Omitted: all
 */
function checkHost(request, allowed) {
  if (allowed === undefined) return
  const host = hostOf(request).toLowerCase()
  const isAllowed = allowed.some((one) => one.toLowerCase() === host || one.toLowerCase() === withoutPort(host))
  if (!isAllowed) throw new Refusal(421, 'ERR_HOST', `this server has no name ${JSON.stringify(host.slice(0, 100))}`)
}

/** @param {Request} request */
function hostOf({ headers }) {
  // HTTP/2 has another header.
  return String(headers.host ?? headers[':authority'] ?? '')
}

/** @param {string} host */
function withoutPort(host) {
  return host.replace(/^([^:[\]]+|\[[^\]]*\]):\d*$/, '$1')
}

/**
 * Refuses what pages of other sites send. They may link to the page; nothing else.
 *
 * @param {Request} request
 * @param {boolean} isPage whether it is for the page itself
 */
function checkSite(request, isPage) {
  const { 'sec-fetch-site': site, 'sec-fetch-dest': destination, 'sec-fetch-mode': mode } = request.headers
  const isLink = isPage && isReading(request) && mode === 'navigate' && destination === 'document'
  if (site === undefined) checkOrigin(request)
  else if (site !== 'same-origin' && site !== 'none' && !isLink) throw ofOtherSite()
}

/** Programs, and browsers before 2023, send no `sec-fetch-site`. @param {Request} request */
function checkOrigin(request) {
  const { origin } = request.headers
  if (origin === undefined) return
  if (!/^https?:\/\//.test(origin) || origin.replace(/^https?:\/\//, '') !== hostOf(request)) throw ofOtherSite()
}

function ofOtherSite() {
  return forbidden('the request comes from a page of another site')
}

/**
 * Requires of a request with a body what no page of another site can send without asking first, and it gets no permission.
 *
 * @param {Request} request
 */
function checkBodyHeaders(request) {
  if (isReading(request)) return
  const [type] = String(request.headers['content-type'] ?? '').split(';')
  if (type.trim().toLowerCase() !== 'application/json') throw forbidden('expected content-type: application/json')
  if (request.headers[HEADER] !== '1') throw forbidden(`expected the header ${HEADER}: 1`)
}

/** @param {Request} request */
function isReading({ method = '' }) {
  return READING.includes(method)
}

module.exports = { checkBodyHeaders, checkHost, checkSite, isReading }
