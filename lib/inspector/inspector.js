// @ts-check
'use strict'

const { addressOf } = require('./address.js')
const { Requests } = require('./requests.js')
const { readInput } = require('./options.js')

/**
 * @typedef {import('node:http').IncomingMessage} Request
 * @typedef {import('node:http').ServerResponse} Response
 */

/**
 * Makes a handler that serves the inspector.
 *
 * @param {unknown} target
 * @param {unknown} options
 * @returns {import('../../types/adapters/inspector.js').InspectorHandler}
 */
function inspector(target, options) {
  const input = readInput(target, options)
  const requests = new Requests(input.target, input.options)
  const handle = (
    /** @type {Request} */ request,
    /** @type {Response} */ response,
    /** @type {((error?: unknown) => void) | undefined} */ next,
  ) => {
    const address = addressOf(request, input.options.basePath)
    if (address === undefined && next !== undefined) next()
    else void requests.serve(request, response, address)
  }
  return Object.assign(handle, { close: () => requests.close() })
}

/** @satisfies {typeof import('../../types/adapters/inspector.js').inspector} checks the public types */
const published = /** @type {typeof import('../../types/adapters/inspector.js').inspector} */ (inspector)

module.exports = { inspector: published }
