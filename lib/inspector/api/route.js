// @ts-check
'use strict'

/**
 * What answers a request to the API. Each file of this folder exports some.
 *
 * @typedef {object} Call a request to the API
 * @property {import('../parameters.js').Parameters} parameters
 * @property {import('../targets.js').Target} target
 * @property {import('../listings.js').Listings} listings
 * @property {boolean} isWritable for the sender of this request
 * @property {number} timeout longest time of a request, in milliseconds
 * @property {AbortSignal} signal aborted when the client has gone, or the time is over
 *
 * @typedef {(call: Call) => unknown} Route returns what is sent as JSON, or a promise of it
 */

module.exports = {}
