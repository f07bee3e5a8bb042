// @ts-check
'use strict'

const { isRecord } = require('./malformed.js')

/**
 * Files of a folder that are for other programs, such as `package.json` and `compose.yaml`. Dapr passes over documents of other
 * kinds as well, and reads no JSON.
 */

/** What only a configuration of stores or a component has, as text. */
const OWN_FIELD = /"(?:stores|componentType)"\s*:|"kind"\s*:\s*"Component"/

/** In UTF-16 that was read as UTF-8, each character of ASCII has one beside it. */
const NUL = String.fromCharCode(0)

/** Whether a document has no field of a configuration of stores or of a component. @param {unknown} value */
function isForeign(value) {
  if (!isRecord(value)) return true
  const isOwn = Object.hasOwn(value, 'stores') || Object.hasOwn(value, 'componentType') || value.kind === 'Component'
  // A component whose kind was forgotten is no foreign document.
  return !isOwn && !(isRecord(value.spec) && value.kind === undefined)
}

/** Whether a text that cannot be parsed looks like JSON for another program. @param {string} text */
function looksForeign(text) {
  return !OWN_FIELD.test(text.replaceAll(NUL, ''))
}

module.exports = { NUL, isForeign, looksForeign }
