// @ts-check
'use strict'

const { inspect } = require('node:util')

/**
 * Makes the text of an object for `util.inspect`, which `console.log` uses.
 *
 * @param {string} name of the class
 * @param {object} fields
 * @param {number} depth how deep objects in this one are shown; negative: this one is too deep
 * @param {import('node:util').InspectOptionsStylized} options
 */
function inspected(name, fields, depth, options) {
  if (depth < 0) return options.stylize(`[${name}]`, 'special')
  return `${name} ${inspect(fields, options)}`
}

module.exports = { inspected }
