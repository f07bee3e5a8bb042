// @ts-check
'use strict'

const { wholeNumber } = require('../option-values.js')
const { printable } = require('../terminal.js')

/**
 * @typedef {import('../command.js').Command} Command
 * @typedef {import('../command.js').Context} Context
 */

const MAX_PAGE = 1000

/** @type {Command} */
const ls = {
  operands: [{ name: 'trace id', isOptional: true }],
  options: {
    limit: { value: '<n>', does: 'Longest list. The next page is that with --after', read: wholeNumber(1) },
    after: { value: '<name>', does: 'Only names behind this one, in the order of the list' },
    long: { short: 'l', does: 'With the type and the size of each value, and its time to live' },
  },
  notes: ['The names are sorted by their UTF-16 code units, as JavaScript does.'],
  examples: ['ls', 'ls order-1', 'ls order-1 --long', 'ls --limit 100 --after order-99 --json'],
  async run({ state, operands: [traceId], options, output, signal }) {
    const all = traceId === undefined ? await state.traceIds({ signal }) : await state.keys(traceId, { signal })
    const { names, rest } = pageOf(all, options)
    const what = traceId === undefined ? 'traceIds' : 'keys'
    const isLong = options.long && traceId !== undefined
    const rows = isLong ? await details(state, traceId, names, signal) : undefined
    const more = rest > 0 ? { more: rest, after: names[names.length - 1] } : { more: 0 }
    const of = traceId === undefined ? {} : { traceId }
    await output.result({ ...of, [what]: rows ?? names, ...more }, () =>
      rows === undefined ? names.map(printable) : output.table(['KEY', 'TYPE', 'TTL', 'BYTES'], rows.map(cells)),
    )
    if (rest > 0 && !output.isJson) output.note(`${rest} more: --after ${JSON.stringify(names[names.length - 1])}`)
  },
}

/** @param {string[]} all @param {{ after?: string, limit?: number }} options */
function pageOf(all, { after, limit = Infinity }) {
  const wanted = all.filter((name) => after === undefined || name > after).sort()
  const names = wanted.slice(0, limit)
  return { names, rest: wanted.length - names.length }
}

/**
 * @param {Context['state']} state
 * @param {string} traceId
 * @param {string[]} keys
 * @param {AbortSignal} signal
 */
async function details(state, traceId, keys, signal) {
  const rows = []
  for (let start = 0; start < keys.length; start += MAX_PAGE) {
    const page = keys.slice(start, start + MAX_PAGE)
    const found = await state.getManyWithMetadata(traceId, page, { signal })
    for (const [index, entry] of found.entries()) {
      if (entry === null) continue
      const { value, ttl } = entry
      rows.push({ key: page[index], type: typeOf(value), ttl, bytes: Buffer.byteLength(JSON.stringify(value)) })
    }
  }
  return rows
}

/** @param {unknown} value */
function typeOf(value) {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

/** @param {{ key: string, type: string, ttl: number, bytes: number }} row */
function cells({ key, type, ttl, bytes }) {
  return [key, type, ttl === -1 ? '-' : String(ttl), String(bytes)]
}

module.exports = ls
