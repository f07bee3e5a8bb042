// @ts-check
// All callers get the same frozen object.

import { open as openCached } from './ours-cached.mjs'

/** @param {string} url */
export function open(url) {
  return openCached(url, { frozen: true })
}
