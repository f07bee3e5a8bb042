// @ts-check
'use strict'

const POLYNOMIAL = 0x1021

/**
 * The slot of a key in a cluster, for keys without a hash tag: its CRC16 (XMODEM), modulo the number of slots.
 *
 * @param {string} key ASCII
 */
function slotOf(key) {
  let crc = 0
  for (let index = 0; index < key.length; index += 1) crc = withByte(crc, key.charCodeAt(index))
  return crc % 16384
}

/** @param {number} crc @param {number} byte */
function withByte(crc, byte) {
  let next = crc ^ (byte << 8)
  for (let bit = 0; bit < 8; bit += 1) next = next & 0x8000 ? (next << 1) ^ POLYNOMIAL : next << 1
  return next & 0xffff
}

module.exports = { slotOf }
