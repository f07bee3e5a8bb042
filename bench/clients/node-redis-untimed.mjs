// @ts-check

import { open as openPlain } from './node-redis.mjs'

/**
 * Without the timer for each command, which is its default and costs most of its speed.
 *
 * @param {string} url
 */
export function open(url) {
  return openPlain(url, { commandOptions: { timeout: undefined } })
}
