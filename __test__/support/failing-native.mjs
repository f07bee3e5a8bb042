// @ts-check
// An adapter whose native code fails, as by a panic.

import { createRequire } from 'node:module'
import { MODES, ScriptedNative } from './scripted-native.mjs'

const require = createRequire(import.meta.url)
const { OPERATIONS, StateCall } = require('../../lib/engines/call.js')
const { Batcher } = require('../../lib/engines/native/batcher.js')
const { Meter } = require('../../lib/observability/meter.js')

/** @returns {any} what has a method `get`, whose calls fail */
export function adapterThatFails() {
  const throws = MODES.indexOf('throw')
  const native = /** @type {any} */ (new ScriptedNative(() => MODES[throws], false))
  const batcher = new Batcher(native, new Meter(), {})
  native.onSettled = (/** @type {Parameters<Batcher['settle']>} */ ...args) => batcher.settle(...args)
  return {
    /** @param {string} traceId @param {string} key */
    get: (traceId, key) => batcher.add(new StateCall(OPERATIONS.get, traceId, key), `G${traceId}:${key}\0`),
  }
}
