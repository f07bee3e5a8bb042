// @ts-check
'use strict'

const { createHash, randomBytes, timingSafeEqual } = require('node:crypto')
const { Refusal } = require('./refusal.js')
const { redirect, send } = require('./responses.js')

/**
 * @typedef {import('node:http').IncomingMessage} Request
 * @typedef {import('node:http').ServerResponse} Response
 */

const BYTES = 32
const HOW = `This address needs the token of the command that serves it.
Open the address that the command printed, with ?token=… at its end.`

/** Permits requests with a token, which is exchanged for a cookie, so that it is in no later address. */
class TokenAccess {
  #token = randomBytes(BYTES).toString('base64url')
  #session = randomBytes(BYTES).toString('base64url')
  #cookie

  /** @param {number} port cookies are shared by all ports of a host, so it has this one in its name */
  constructor(port) {
    this.#cookie = `redis-state-inspector-${port}`
  }

  get token() {
    return this.#token
  }

  /** Decides on a request; answers it, or throws, if it may not pass. @param {Request} request @param {Response} response */
  authorize(request, response) {
    if (this.#cookiesOf(request).some((value) => isSame(value, this.#session)))
      return this.#passWithoutToken(request, response)
    const token = tokenOf(request)
    if (token !== undefined && isSame(token, this.#token)) this.#exchange(request, response)
    else throw new Refusal(401, 'ERR_UNAUTHORIZED', token === undefined ? HOW : `The token is wrong. ${HOW}`)
    return false
  }

  /** An address with a token would stay in the history. @param {Request} request @param {Response} response */
  #passWithoutToken(request, response) {
    if (tokenOf(request) === undefined) return true
    redirect(response, './')
    return false
  }

  /** @param {Request} request @param {Response} response */
  #exchange(request, response) {
    response.setHeader('set-cookie', `${this.#cookie}=${this.#session}; HttpOnly; SameSite=Strict; Path=/`)
    // A browser withholds the cookie from a redirect whose first address came from a page of another site, such as a terminal.
    if (isFromOtherSite(request)) return reload(response)
    redirect(response, './')
  }

  /** @param {Request} request */
  #cookiesOf(request) {
    const start = `${this.#cookie}=`
    const cookies = (request.headers.cookie ?? '').split(/;\s*/)
    return cookies.filter((cookie) => cookie.startsWith(start)).map((cookie) => cookie.slice(start.length))
  }
}

/** The token in the address of the page. @param {Request} request */
function tokenOf({ url = '' }) {
  const search = /^\/\?(.*)$/.exec(url)?.[1]
  return search === undefined ? undefined : (new URLSearchParams(search).get('token') ?? undefined)
}

/** @param {Request} request */
function isFromOtherSite({ headers }) {
  return ['cross-site', 'same-site'].includes(String(headers['sec-fetch-site']))
}

/** @param {Response} response */
function reload(response) {
  const page =
    '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=./"><title>State inspector</title>'
  send(response, 200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }, page)
}

/** Compares in a time that does not depend on where they differ. @param {string} one @param {string} other */
function isSame(one, other) {
  const [first, second] = [one, other].map((text) => createHash('sha256').update(text).digest())
  return timingSafeEqual(first, second)
}

module.exports = { TokenAccess }
