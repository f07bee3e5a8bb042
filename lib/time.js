// @ts-check
'use strict'

/**
 * The timers and clocks of the runtime. No other file in lib/ reads them. They are captured when the package is loaded, so fake
 * timers that a test installs later do not replace them, and calls still time out while the clock of a test is stopped.
 *
 * They come from Node's modules and not from the globals, as Jest gives each test file its own globals, which can be fake from the
 * start.
 */

const { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = require('node:timers')

/** The longest delay that timers accept. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Milliseconds on a monotonic clock. */
const now = 'clock' in process.hrtime ? performanceClock() : hrtimeClock(process.hrtime)

/** Fake timers that were installed before this file was loaded have a `clock`; a microtask takes their place. */
const nextTick = 'clock' in process.nextTick ? afterMicrotask : process.nextTick

/** @param {() => void} callback */
function afterMicrotask(callback) {
  Promise.resolve().then(callback)
}

/** @param {NodeJS.HRTime} hrtime */
function hrtimeClock(hrtime) {
  return () => {
    const [seconds, nanoseconds] = hrtime()
    return seconds * 1000 + nanoseconds / 1_000_000
  }
}

/** Loaded only where it is needed: this module of Node.js loads ten others. */
function performanceClock() {
  const { performance } = require('node:perf_hooks')
  return performance.now.bind(performance)
}

/** `Date.parse`, also where a test has replaced `Date`. */
const parse = Date.parse

/** Milliseconds since 1970, by the clock of this machine. */
const wallNow = Date.now

/** @param {number} milliseconds since 1970 */
function dateOf(milliseconds) {
  return new Date(milliseconds)
}

/** The seconds since 1970 of the header `Date`. @param {string | undefined} text */
function parseDate(text) {
  const milliseconds = text === undefined ? Number.NaN : parse(text)
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000)
}

/**
 * Milliseconds until a moment, on the clock that the code of the user sees, which a test may have replaced: moments that are exchanged
 * with this code are from that clock.
 *
 * @param {any} moment what `new Date` takes; anything else is NaN milliseconds away
 */
function millisecondsUntil(moment) {
  return new Date(moment).getTime() - Date.now()
}

/** The moment in so many milliseconds, on the same clock. @param {number} milliseconds */
function dateIn(milliseconds) {
  return new Date(Date.now() + milliseconds)
}

/** Waits without keeping the process alive. @param {number} milliseconds @returns {Promise<void>} */
function sleep(milliseconds) {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds).unref())
}

module.exports = {
  MAX_TIMER_MS,
  clearInterval,
  clearTimeout,
  dateIn,
  dateOf,
  millisecondsUntil,
  nextTick,
  now,
  parseDate,
  setImmediate,
  setInterval,
  setTimeout,
  sleep,
  wallNow,
}
