// @ts-check
// What limits the display of an entry.

import { formatBytes } from '../core/text.mjs'

/** @import { Entry } from '../core/types.mjs' */

/** Whether an entry has a value that JSON represents, and that is not too large. @param {Entry} entry */
export function hasValue({ text }) {
  return text === undefined
}

/** @param {Entry} entry @returns {string | undefined} */
export function noteOn(entry) {
  const { type, size, text, inexact, truncated } = entry
  if (inexact && hasValue(entry))
    return 'Some numbers have more digits than JavaScript keeps. They are shown, and would be saved, rounded.'
  if (hasValue(entry)) return undefined
  if (type === 'not-json' && !text) return 'The stored text is not JSON.'
  if (type === 'not-json') return 'The stored text is not JSON. It is shown as it is, and cannot be edited here.'
  if (truncated)
    return `The value has ${formatBytes(size)}. Only the start of its text is shown, and it cannot be edited here.`
  return 'JSON cannot represent this value. It is shown as text, and cannot be edited here.'
}
