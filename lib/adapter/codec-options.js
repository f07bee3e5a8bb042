// @ts-check
'use strict'

const { Codec } = require('../engines/codec/codec.js')
const { kindOf, received } = require('../input/received.js')
const { suggestionFor } = require('../input/suggestion.js')
const { fieldsOf, invalidOption } = require('./configuration.js')

const NAMES = ['encode', 'decode', 'encoding']
const ENCODINGS = ['text', 'bytes']

/**
 * Replaces the option `codec` by its encoding, which native code needs.
 *
 * @param {Record<string, any>} options
 * @returns {Codec}
 */
function extractCodec(options) {
  const { codec, strictValues } = options
  if (typeof codec !== 'object' || codec === null)
    throw invalidOption('codec', `expected an object with encode and decode, got ${kindOf(codec)}`)
  const fields = fieldsOf(codec, 'codec')
  const unknown = Object.keys(fields).find((name) => !NAMES.includes(name))
  if (unknown !== undefined) throw unknownField(unknown)
  const { encoding = 'text' } = fields
  for (const name of ['encode', 'decode']) {
    if (typeof codec[name] !== 'function')
      throw invalidOption(`codec.${name}`, `expected a function, got ${kindOf(codec[name])}`)
  }
  if (!ENCODINGS.includes(encoding))
    throw invalidOption('codec.encoding', `expected 'text' or 'bytes', got ${received(encoding)}`)
  if (strictValues === true)
    throw invalidOption('strictValues', 'cannot be combined with codec, which decides what values it keeps')
  options.codec = encoding
  return new Codec({
    encode: (value) => codec.encode(value),
    decode: (stored) => codec.decode(stored),
    encoding,
  })
}

/** @param {string} name */
function unknownField(name) {
  const remedy = suggestionFor(name, NAMES)
  const what = remedy === undefined ? `unknown option, expected ${NAMES.join(', ')}` : 'unknown option'
  return invalidOption(`codec.${name}`, what, { remedy })
}

module.exports = { extractCodec }
