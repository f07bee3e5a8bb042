// @ts-check
'use strict'

const { refusalOf } = require('./refusal.js')

/**
 * @typedef {import('node:http').ServerResponse} ServerResponse
 * @typedef {import('node:http').OutgoingHttpHeaders} Headers
 */

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Headers of every response. They replace those that an application has set before. */
const SECURITY = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** Headers that would open the responses to pages of other sites, if an application sets them for all its responses. */
const OF_CORS = ['access-control-allow-origin', 'access-control-allow-credentials', 'access-control-expose-headers']

/** @param {ServerResponse} response */
function secure(response) {
  for (const [name, value] of Object.entries(SECURITY)) response.setHeader(name, value)
  for (const name of OF_CORS) response.removeHeader(name)
}

/** @param {ServerResponse} response @param {number} status @param {Headers} headers @param {string | Buffer} body */
function send(response, status, headers, body) {
  if (response.headersSent || response.writableEnded) return
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value)
  response.setHeader('content-length', Buffer.byteLength(body))
  response.end(body)
}

/** @param {ServerResponse} response @param {unknown} value @param {number} [status] @param {Headers} [headers] */
function sendJson(response, value, status = 200, headers = {}) {
  const all = { ...headers, 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }
  send(response, status, all, JSON.stringify(value))
}

/** @param {ServerResponse} response @param {number} status @param {string} text @param {Headers} [headers] */
function sendText(response, status, text, headers = {}) {
  const all = { ...headers, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }
  send(response, status, all, `${text}\n`)
}

/** @param {ServerResponse} response @param {string} location */
function redirect(response, location) {
  sendText(response, 302, `See ${location}`, { location })
}

/** Answers with an error: as JSON to the page's code, as text to a reader. @param {ServerResponse} response @param {unknown} error @param {boolean} isApi */
function sendError(response, error, isApi) {
  const { status, code, message, headers } = refusalOf(error)
  if (isApi) sendJson(response, { error: { code, message } }, status, headers)
  else sendText(response, status, message, headers)
}

module.exports = { redirect, secure, send, sendError, sendJson, sendText }
