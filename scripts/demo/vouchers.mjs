// @ts-check
// The race for the vouchers, which each of the two processes runs.

import { setTimeout } from 'node:timers/promises'

export const vouchers = Array.from({ length: 100 }, (_, index) => `voucher-${index + 1}`)
export const attemptsPerVoucher = 10

/**
 * Deletes the vouchers in sequence, each with several concurrent calls.
 *
 * @param {import('redis-state-adapter').RedisStateAdapter} state
 * @param {string[]} order
 * @param {number} at time to start, the same in all processes
 * @returns {Promise<string[]>} the vouchers that this process got, with duplicates if a delete returned one twice
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
