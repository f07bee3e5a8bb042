// @ts-check

import { base, ours } from '../candidates.mjs'

/** Distinguishable on white and on black, also with most kinds of colour blindness. */
const colours = /** @type {Record<string, string>} */ ({
  [ours]: '#e8590c',
  [base]: '#868e96',
  'node-redis': '#4c8eda',
  'node-redis-untimed': '#d6619e',
  ioredis: '#3aa99f',
  'ioredis-auto': '#7cb342',
  'valkey-glide': '#9775d6',
  bun: '#d6a419',
})

/** @param {string} name */
export function colourOf(name) {
  return colours[name] ?? '#868e96'
}
