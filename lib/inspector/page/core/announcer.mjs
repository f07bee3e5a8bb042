// @ts-check
// Announces changes to screen readers, at most one each few seconds: of many only how many there were.

import { byId } from './dom.mjs'
import { counted } from './text.mjs'

const PAUSE = 3000

/** @type {string[]} */
let waiting = []
let isPaused = false

/** @param {string} text */
export function announce(text) {
  waiting.push(text)
  if (!isPaused) speak()
}

function speak() {
  if (waiting.length === 0) return
  byId('announcer').textContent = waiting.length === 1 ? (waiting[0] ?? '') : `${counted(waiting.length, 'change')}`
  waiting = []
  isPaused = true
  setTimeout(() => {
    isPaused = false
    speak()
  }, PAUSE)
}
