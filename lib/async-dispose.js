// @ts-check
'use strict'

/**
 * Name of the method that `await using` calls. Node.js 20.3 lacks `Symbol.asyncDispose`; there the symbol only keeps the method
 * from the name `undefined`.
 *
 * @type {typeof Symbol.asyncDispose}
 */
const asyncDispose = Symbol.asyncDispose ?? Symbol('Symbol.asyncDispose')

module.exports = { asyncDispose }
