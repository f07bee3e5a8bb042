// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const { OPERATIONS } = require('../call.js')
const { ALONE, laneOf } = require('./lanes.js')

/** @typedef {import('../call.js').StateCall} StateCall */

/** The lanes of the entries that a call reads or writes. @param {StateCall} call */
function lanesOf({ operation, traceId, key, input }) {
  if (operation === OPERATIONS.ping) return []
  const steps = /** @type {import('../call.js').TransactionStep[]} */ (input?.steps ?? [{ key }])
  return [...new Set(steps.map((step) => laneOf({ traceId, key: step.key })))]
}

/** Reads of an entry do not disturb each other, and neither do increments. @param {import('../call.js').Operation} operation */
function modeOf({ name, writes }) {
  if (name === 'increment') return 'increment'
  return writes ? ALONE : 'read'
}

/** @param {StateCall} call */
function bytesOf({ operation, traceId, key, json = '', input }) {
  if (operation === OPERATIONS.ping) return 0
  const steps = /** @type {import('../call.js').TransactionStep[]} */ (input?.steps ?? [])
  const texts = [traceId, key, json, ...steps.map((step) => step.key + (step.json ?? ''))]
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
}

module.exports = { bytesOf, lanesOf, modeOf }
