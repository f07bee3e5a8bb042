// @ts-check
// Counts down the times to live that are on the screen.

import { formatRemaining } from './text.mjs'

const STEP = 250

/** @type {Map<HTMLElement, number>} when the entry that each element is about expires */
const expiries = new Map()
/** @type {ReturnType<typeof setInterval> | undefined} */
let timer

/**
 * Shows a time to live in an element, from now on until the element is removed from the page.
 *
 * @param {HTMLElement} target
 * @param {number} expiresAt on the clock of `performance.now()`; `Infinity`: never
 */
export function showExpiry(target, expiresAt) {
  if (expiresAt === Number.POSITIVE_INFINITY) {
    expiries.delete(target)
    target.textContent = '–'
    target.title = 'does not expire'
    return
  }
  target.title = `expires at ${new Date(Date.now() + expiresAt - performance.now()).toLocaleString()}`
  expiries.set(target, expiresAt)
  draw(target, expiresAt)
  timer ??= setInterval(step, STEP)
}

/** @param {number} ttl seconds, -1: does not expire @returns {number} for `showExpiry` */
export function expiryOf(ttl) {
  return ttl < 0 ? Number.POSITIVE_INFINITY : performance.now() + ttl * 1000
}

function step() {
  for (const [target, expiresAt] of expiries) {
    if (target.isConnected) draw(target, expiresAt)
    else expiries.delete(target)
  }
  if (expiries.size > 0) return
  clearInterval(timer)
  timer = undefined
}

/** @param {HTMLElement} target @param {number} expiresAt */
function draw(target, expiresAt) {
  const text = formatRemaining((expiresAt - performance.now()) / 1000)
  if (target.textContent === text) return
  target.textContent = text
  target.classList.toggle('expired', text === 'expired')
}
