// @ts-check

import { open as openPlain } from './ioredis.mjs'

/** @param {string} url */
export function open(url) {
  return openPlain(url, { enableAutoPipelining: true })
}
