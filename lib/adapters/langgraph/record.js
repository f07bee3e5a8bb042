// @ts-check
'use strict'

/**
 * A record: several texts and bytes in one value. Its first line has the length of each in bytes, so that a script can read it too.
 */

const LINE_FEED = 10

/** @param {(string | Uint8Array)[]} parts */
function pack(parts) {
  const bytes = parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))
  return Buffer.concat([Buffer.from(`${bytes.map(({ length }) => length).join(',')}\n`), ...bytes])
}

/**
 * Returns the parts, which share the memory of the record.
 *
 * @param {Buffer} record
 * @returns {Buffer[]}
 */
function unpack(record) {
  let at = record.indexOf(LINE_FEED)
  const lengths = record.toString('latin1', 0, at).split(',').map(Number)
  at += 1
  return lengths.map((length) => {
    const part = record.subarray(at, at + length)
    at += length
    return part
  })
}

module.exports = { pack, unpack }
