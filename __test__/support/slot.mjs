// @ts-check

/**
 * The cluster slot of a key, computed independently of the package.
 *
 * @param {string} key
 */
export function slotOf(key) {
  const tag = /\{([^}]+)\}/.exec(key)
  const hashed = tag && key.indexOf('{') === tag.index ? tag[1] : key
  let crc = 0
  for (const byte of Buffer.from(hashed)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff
  }
  return crc % 16_384
}
