// @ts-check
'use strict'

const { clearTimeout, setTimeout } = require('../time.js')
const { Refusal } = require('./refusal.js')

/**
 * A signal that is aborted when the client has gone, or after a time.
 *
 * @param {import('node:http').ServerResponse} response
 * @param {number} milliseconds
 * @returns {{ signal: AbortSignal, end: () => void }}
 */
function deadline(response, milliseconds) {
  const control = new AbortController()
  const overdue = new Refusal(504, 'ERR_TIMEOUT', `the request took longer than ${milliseconds} ms`)
  const timer = setTimeout(() => control.abort(overdue), milliseconds).unref()
  const onClose = () => control.abort(new Refusal(499, 'ERR_ABORTED', 'the client has gone'))
  response.once('close', onClose)
  const end = () => {
    clearTimeout(timer)
    response.off('close', onClose)
  }
  return { signal: control.signal, end }
}

module.exports = { deadline }
