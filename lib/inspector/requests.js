// @ts-check
'use strict'

const { ROUTES, WATCH, WRITING } = require('./api/routes.js')
const { readBody } = require('./body.js')
const { deadline } = require('./deadline.js')
const { Listings, orAborted } = require('./listings.js')
const { checkBodyHeaders, checkHost, checkSite, isReading } = require('./origin.js')
const { Parameters } = require('./parameters.js')
const { Refusal, forbidden, internal, notFound, wrongMethod } = require('./refusal.js')
const { redirect, secure, sendError, sendJson } = require('./responses.js')
const { sendFile, staticFile } = require('./static-files.js')
const { warn } = require('../warning.js')
const { Watching } = require('./watching.js')

/**
 * @typedef {import('node:http').IncomingMessage} Request
 * @typedef {import('node:http').ServerResponse} Response
 * @typedef {import('./address.js').Address} Address
 */

/** Answers the requests of an inspector. */
class Requests {
  #target
  #options
  #listings = new Listings()
  #watching
  #hasWarned = false

  /** @param {import('./targets.js').Target} target @param {import('./options.js').Options} options */
  constructor(target, options) {
    this.#target = target
    this.#options = options
    this.#watching = new Watching(options.configure)
  }

  /** Ends all streams of changes. */
  close() {
    this.#watching.close()
    this.#listings.clear()
  }

  /** Never rejects. @param {Request} request @param {Response} response @param {Address | undefined} address */
  async serve(request, response, address) {
    if (isGone(response)) return
    const isApi = address?.path.startsWith('api/') ?? false
    try {
      secure(response)
      if (address === undefined) throw notFound('there is no such page')
      await this.#checked(request, response, address)
    } catch (error) {
      if (response.headersSent) response.destroy()
      else sendError(response, error, isApi)
      // The server would go on to wait for the rest of a body.
      if (error instanceof Refusal && error.status === 408) response.once('finish', () => request.destroy())
    }
  }

  /** @param {Request} request @param {Response} response @param {Address} address */
  async #checked(request, response, address) {
    checkHost(request, this.#options.allowedHosts)
    checkSite(request, address.path === '')
    if (!(await this.#isAuthorized(request, response))) return
    if (address.missingSlash !== undefined) return redirect(response, address.missingSlash)
    if (!address.path.startsWith('api/')) return sendPage(request, response, address.path)
    await this.#answer(request, response, address)
  }

  /** Whether the request is let through; otherwise it has been answered. @param {Request} request @param {Response} response */
  async #isAuthorized(request, response) {
    const { signal, end } = deadline(response, this.#options.timeout)
    try {
      const isAllowed = await orAborted(this.#authorize(request, response), signal)
      // It may have sent a response of its own, such as one that leads to a login.
      if (response.headersSent || response.writableEnded) return false
      if (isAllowed === true) return true
    } finally {
      end()
    }
    throw forbidden('you are not permitted to use the inspector')
  }

  /** @param {Request} request @param {Response} response */
  async #authorize(request, response) {
    try {
      return await this.#options.authorize(request, response)
    } catch (error) {
      if (error instanceof Refusal) throw error
      // Not in the response, as the reason is for the developer.
      this.#warnOnce(`inspector: authorize threw an error: ${error}`)
      throw internal('authorize failed')
    }
  }

  /** @param {string} text */
  #warnOnce(text) {
    if (!this.#hasWarned) warn(text)
    this.#hasWarned = true
  }

  /** @param {Request} request @param {Response} response @param {Address} address */
  async #answer(request, response, { path, search }) {
    const { method = '' } = request
    const methods = path === WATCH ? { GET: () => {} } : ROUTES[path]
    if (methods === undefined || (!Object.hasOwn(ROUTES, path) && path !== WATCH))
      throw notFound('there is no such address')
    if (!Object.hasOwn(methods, method)) throw wrongMethod(Object.keys(methods))
    checkBodyHeaders(request)
    if (path === WATCH) return this.#watch(response, Parameters.ofAddress(search))
    const { signal, end } = deadline(response, this.#options.timeout)
    try {
      const isWritable = await orAborted(this.#isWritable(request), signal)
      if (WRITING.includes(method) && !isWritable) throw readOnly()
      const parameters = isReading(request)
        ? Parameters.ofAddress(search)
        : new Parameters(await readBody(request, signal))
      const call = {
        parameters,
        target: this.#target,
        listings: this.#listings,
        timeout: this.#options.timeout,
        isWritable,
        signal,
      }
      sendJson(
        response,
        await orAborted(
          decided(() => methods[method](call)),
          signal,
        ),
      )
    } catch (error) {
      // What a store throws for the signal is the signal's error.
      throw signal.aborted && !(error instanceof Refusal) ? signal.reason : error
    } finally {
      end()
    }
  }

  /** @param {Request} request */
  async #isWritable(request) {
    const { writable } = this.#options
    if (typeof writable === 'boolean') return writable
    return (await decided(() => writable(request))) === true
  }

  /** @param {Response} response @param {Parameters} parameters */
  #watch(response, parameters) {
    const { state } = this.#target.get(parameters.optionalText('store'))
    const scope = { traceId: parameters.optionalText('trace'), key: parameters.optionalText('key') }
    return this.#watching.serve(response, state, scope)
  }
}

/** @param {Request} request @param {Response} response @param {string} path */
function sendPage(request, response, path) {
  if (!isReading(request)) throw wrongMethod(['GET', 'HEAD'])
  const file = staticFile(path)
  if (file === undefined) throw notFound('there is no such page')
  sendFile(request, response, file)
}

/**
 * Whether the client went away while handlers before this one were at work. No event reports that any more.
 *
 * @param {Response & { stream?: { destroyed: boolean } }} response that of HTTP/2 has a stream
 */
function isGone({ destroyed, stream }) {
  return destroyed || stream?.destroyed === true
}

/** What a function returns, as a promise, also if it throws. @template T @param {() => T | Promise<T>} run @returns {Promise<T>} */
async function decided(run) {
  return run()
}

function readOnly() {
  return new Refusal(403, 'ERR_READ_ONLY', 'this inspector is read-only')
}

module.exports = { Requests }
