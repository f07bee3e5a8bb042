// @ts-check
// The stored values, the same for every candidate.

export const prefix = 'motia:state:'

/**
 * An object like those that applications store.
 *
 * @param {number} size bytes of its JSON text
 */
export function objectOf(size) {
  return size < 1_000 ? smallValue(size) : largeValue(size)
}

/** @param {number} size */
function smallValue(size) {
  return padded({ id: 'order-000042', status: 'pending', paid: false, total: 12_995, note: '' }, size)
}

/** @param {number} size */
function largeValue(size) {
  const rows = Array.from({ length: Math.floor(size / 200) }, () => smallValue(180))
  return padded({ id: 'basket-000042', rows, note: '' }, size)
}

/**
 * @template {{ note: string }} T
 * @param {T} value
 * @param {number} size
 */
function padded(value, size) {
  return { ...value, note: 'n'.repeat(size - JSON.stringify(value).length) }
}
