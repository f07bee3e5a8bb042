// @ts-check
'use strict'

const { checkAdapterOptions } = require('../adapter/adapter.js')
const { RedisStateError } = require('../errors.js')

/**
 * Throws if the options of a store are invalid, with their place in the document.
 *
 * @param {import('./document.js').Document} document
 * @param {import('./document.js').Path} path of the options
 * @param {import('./definition.js').Definition} definition
 */
function checkOptions(document, path, { options }) {
  try {
    checkAdapterOptions(options)
  } catch (error) {
    if (!(error instanceof RedisStateError)) throw error
    const name = /^([\w.[\]]+): /.exec(error.message)?.[1] ?? ''
    const text = error.message.replace(/\.$/, '')
    throw document.malformed(
      [...path, ...name.split('.').filter(Boolean)],
      text.slice(name === '' ? 0 : name.length + 2),
    )
  }
}

module.exports = { checkOptions }
