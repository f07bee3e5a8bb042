// @ts-check
// The recorded outcome of a call that rejected.

/**
 * @param {any} error
 * @returns {Omit<import('./recorder.mjs').End, 'id' | 'end'>}
 */
export function outcomeOf(error) {
  const { code, applied } = error
  if (typeof code !== 'string' || !code.startsWith('ERR_')) throw error
  if (applied === 'yes') return { outcome: 'done', code }
  return { outcome: applied === 'no' ? 'no' : 'unknown', code }
}
