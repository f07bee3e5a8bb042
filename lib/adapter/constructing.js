// @ts-check
'use strict'

const { captureSite, locate } = require('../call-site.js')
const { inCall } = require('../errors.js')

/**
 * What the public classes have in common.
 *
 * @typedef {import('./state-adapter.js').StateAdapter} StateAdapter
 */

/**
 * Runs a part of a constructor, and completes its errors.
 *
 * @template T
 * @param {Function} Class
 * @param {() => T} run
 */
function inConstructor(Class, run) {
  return locatingErrors(Class, () => inCall({ operation: `new ${Class.name}` }, run))
}

/**
 * Gives errors of the constructor the stack of its caller, whatever `stackTraces` is: it is captured only if there is an error.
 *
 * @template T
 * @param {Function} entry what the caller calls
 * @param {() => T} run
 */
function locatingErrors(entry, run) {
  try {
    return run()
  } catch (error) {
    throw locate(error, captureSite(entry))
  }
}

/**
 * Returns the class that a static method is called on: the class that has the method, also if the method was detached from it, or a
 * subclass.
 *
 * @param {any} Class
 * @param {unknown} receiver
 * @returns {any}
 */
function classOf(Class, receiver) {
  const isSubclass = typeof receiver === 'function' && receiver.prototype instanceof Class
  return isSubclass ? receiver : Class
}

/**
 * Waits until an adapter is ready; closes it if that fails.
 *
 * @template {StateAdapter} Adapter
 * @param {Adapter} adapter
 * @param {import('../../index.js').ConnectOptions} [waiting]
 */
async function connected(adapter, waiting) {
  try {
    return await adapter.connect(waiting)
  } catch (error) {
    // The caller gets no adapter that could be closed.
    await adapter.cleanup({ timeout: 0 })
    throw error
  }
}

module.exports = { classOf, connected, inConstructor, locatingErrors }
