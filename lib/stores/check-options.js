// @ts-check
'use strict'

const { checkAdapterOptions } = require('../adapter/adapter.js')
const { RedisStateError } = require('../errors.js')
const { COSMOS } = require('./definition.js')

/**
 * Throws if the options of a store are invalid, with their place in the document.
 *
 * @param {import('./document.js').Document} document
 * @param {(option: string) => { path: import('./document.js').Path, name?: string }} sourceOf where an option comes from, by its
 *   path (`socket.connectTimeout`)
 * @param {import('./definition.js').Definition} definition
 */
function checkOptions(document, sourceOf, { type, options }) {
  try {
    if (type === COSMOS) checkCosmosOptions(options)
    else checkAdapterOptions(options)
  } catch (error) {
    if (!(error instanceof RedisStateError)) throw error
    const name = /^([\w.[\]]+): /.exec(error.message)?.[1] ?? ''
    const text = error.message.replace(/\.$/, '')
    const source = sourceOf(name)
    throw document.malformed(source.path, text.slice(name === '' ? 0 : name.length + 2), { name: source.name })
  }
}

/** Loaded for such a store only. @param {unknown} options */
function checkCosmosOptions(options) {
  const { resolveCosmosOptions } = require('../adapter/cosmos-options.js')
  resolveCosmosOptions(options)
}

module.exports = { checkOptions }
