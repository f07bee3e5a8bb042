// @ts-check

import { open as openPlain } from './node-redis.mjs'

/**
 * Without the timer that it gives each command by default and that costs it most of its speed.
 *
 * @param {string} url
 */
export function open(url) {
  return openPlain(url, { commandOptions: { timeout: undefined } })
}
