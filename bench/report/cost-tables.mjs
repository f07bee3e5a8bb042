// @ts-check

import { titleOf } from '../candidates.mjs'
import { median } from '../driver/statistics.mjs'
import { number, table } from './format.mjs'

/** @typedef {import('../types.js').Results} Results */

/**
 * @param {Results} results
 * @param {string} name
 * @returns {{ coldMs?: number, startMb?: number, endMb?: number, bytes?: number }}
 */
export function costsOf({ cold, memory, size }, name) {
  const times = cold.filter(({ candidate }) => candidate === name).map(({ ms }) => ms)
  const { startMb, endMb } = memory.find(({ candidate }) => candidate === name) ?? {}
  const { bytes } = size.find(({ candidate }) => candidate === name) ?? {}
  return { coldMs: times.length > 0 ? median(times) : undefined, startMb, endMb, bytes }
}

/**
 * @param {Results} results
 * @param {string[]} names
 */
export function costTable(results, names) {
  const rows = names.map((name) => {
    const { coldMs, startMb, endMb, bytes } = costsOf(results, name)
    return [titleOf(name), number(coldMs), number(startMb), number(endMb), number(megabytes(bytes))]
  })
  const ops = results.memory[0]?.ops ?? results.settings.memoryOps
  const memory = `after ${ops.toLocaleString('en')} operations, MB`
  return table(['', 'import to first answer, ms', 'resident at the start, MB', memory, 'installed, MB'], rows)
}

/** @param {number | undefined} bytes */
export function megabytes(bytes) {
  return bytes === undefined ? undefined : bytes / 1e6
}

/** @param {Results['limits']} limits */
export function limitTables({ server, json }) {
  const parts = []
  if (json) {
    const both = json.stringifyUs + json.parseUs
    const row = [json.stringifyUs, json.parseUs, both].map((us) => number(us))
    parts.push(table(['JSON alone, 180 bytes', 'stringify, µs', 'parse, µs', 'both, µs'], [['', ...row]]))
  }
  if (server) {
    const rows = server.map(({ command, work, opsPerSecond }) => [`\`${command}\``, work, number(opsPerSecond)])
    parts.push(table(['limit of the server', 'work', 'operations per second'], rows))
  }
  return parts.join('\n\n')
}
