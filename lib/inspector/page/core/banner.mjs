// @ts-check
// The banner that is shown while the inspector's server does not answer.

import { button, byId, element, fill } from './dom.mjs'

const PAUSE = 3000

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer

/**
 * @param {string} message
 * @param {() => void} retry also called each few seconds
 */
export function showBanner(message, retry) {
  const banner = byId('banner')
  clearTimeout(timer)
  timer = setTimeout(retry, PAUSE)
  if (!banner.hidden) return
  fill(banner, element('span', {}, `${message} The page tries again every few seconds.`), button('Try now', retry))
  banner.hidden = false
}

/** @returns {boolean} whether there was one */
export function hideBanner() {
  const banner = byId('banner')
  clearTimeout(timer)
  const wasShown = !banner.hidden
  banner.hidden = true
  return wasShown
}
