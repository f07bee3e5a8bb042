// @ts-check
'use strict'

const { ok, unknown, warning } = require('./finding.js')
const { isRefused } = require('./subject.js')

/**
 * @typedef {import('./finding.js').Finding} Finding
 * @typedef {import('./finding.js').Subject} Subject
 */

const PINGS = 15
/** A round trip within a data centre takes less. */
const MAX_LATENCY_MS = 10
const MAX_SKEW_MS = 1000

/** How long a round trip takes. @param {Subject} subject @returns {Promise<Finding[]>} */
async function checkLatency({ state }) {
  const times = []
  for (let index = 0; index < PINGS; index += 1) times.push(await state.ping())
  times.sort((one, other) => one - other)
  const [median, longest] = [times[PINGS >> 1], times[PINGS - 1]]
  const text = `round trip of ${median.toFixed(1)} ms, at most ${longest.toFixed(1)} ms (${PINGS} pings)`
  if (median < MAX_LATENCY_MS) return [ok('latency', text)]
  const remedy =
    'Run the program in the same region as the server, and look for a proxy, a slow network, or a busy server (SLOWLOG GET).'
  return [warning('latency', `${text}: each awaited call takes that long`, remedy)]
}

/** Whether the clocks of this machine and of the server agree. @param {Subject} subject @returns {Promise<Finding[]>} */
async function checkClock({ ask, clock }) {
  try {
    const before = clock()
    const [seconds, microseconds] = await ask(['TIME'])
    const between = (before + clock()) / 2
    const skew = Number(seconds) * 1000 + Number(microseconds) / 1000 - between
    if (Math.abs(skew) <= MAX_SKEW_MS + (clock() - before))
      return [ok('clock', 'the clocks of server and client agree')]
    const direction = skew > 0 ? 'ahead of' : 'behind'
    const text = `the clock of the server is ${Math.abs(skew / 1000).toFixed(0)} s ${direction} that of this machine`
    const remedy =
      'Synchronise both with NTP: times in values and in logs do not fit, and entries that are moved expire at other times.'
    return [warning('clock', text, remedy)]
  } catch (error) {
    if (isRefused(error)) return [unknown('clock', 'unknown, as TIME is not permitted', 'Grant +time.')]
    throw error
  }
}

module.exports = { checkClock, checkLatency }
