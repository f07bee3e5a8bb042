// @ts-check
// The race for the vouchers, as each of the two actors runs it.

import { setTimeout } from 'node:timers/promises'

export const vouchers = Array.from({ length: 100 }, (_, index) => `voucher-${index + 1}`)
export const attemptsPerVoucher = 10

/**
 * Deletes each voucher several times at once, one voucher after the other.
 *
 * @param {import('redis-state-adapter').RedisStateAdapter} state
 * @param {string[]} order
 * @param {number} at when to start, so that all actors do at once
 * @returns {Promise<string[]>} the vouchers got, each as often as it was got
 */
export async function claim(state, order, at) {
  await setTimeout(Math.max(0, at - Date.now()))
  const got = []
  for (const voucher of order) {
    const attempts = Array.from({ length: attemptsPerVoucher }, () => state.delete('vouchers', voucher))
    got.push(...(await Promise.all(attempts)).filter((value) => value !== null).map(() => voucher))
  }
  return got
}
