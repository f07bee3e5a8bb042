// @ts-check
'use strict'

const { MAX_NAMED } = require('../max-named.js')
const { shownName } = require('./refusals.js')

/**
 * @typedef {import('../output.js').Output} Output
 * @typedef {import('./place.js').Name} Name
 * @typedef {import('./copier.js').Step} Step
 * @typedef {import('./comparison.js').Difference} Difference
 */

/** @type {Record<import('./verdict.js').Why, string>} */
const REASONS = {
  'source-changed': 'changed at the source since it was copied',
  'source-deleted': 'deleted at the source since it was copied',
  'target-lost': 'copied, and missing at the target',
  'target-changed': 'changed at the target since it was copied',
  missing: 'missing at the target',
  different: 'the values differ',
  ttl: 'the times to live differ',
  extra: 'only at the target',
}

/** Counts what is done to each entry. */
class Tally {
  /** Steps of the first copy. */
  counts = { copied: 0, overwritten: 0, equal: 0, kept: 0 }
  /** Entries that were copied again. */
  recopied = 0
  removed = 0
  /** Whether the first copy is done. */
  isSettling = false

  /** @param {Step['kind']} kind */
  add(kind) {
    if (kind === 'removed') this.removed += 1
    else if (this.isSettling) this.recopied += kind === 'copied' || kind === 'overwritten' ? 1 : 0
    else if (kind !== 'gone') this.counts[kind] += 1
  }
}

/** @param {Output} output @param {Difference[]} differences */
function nameDifferences(output, differences) {
  for (const { name, why } of differences.slice(0, MAX_NAMED))
    output.note(`differs: ${shownName(name)}: ${REASONS[why]}`)
  if (differences.length > MAX_NAMED) output.note(`differs: ${differences.length - MAX_NAMED} more`)
}

/** @param {Difference[]} differences */
function differencesAsJson(differences) {
  return differences.slice(0, MAX_NAMED).map(({ name, why }) => ({ ...name, why }))
}

/** What to do about differences that are left. @param {import('../command.js').Options} options */
function remedyOf({ checkpoint, 'if-absent': ifAbsent }) {
  const stop = 'Stop what writes to the source'
  if (checkpoint !== undefined) return `${stop}, and repeat the command with --resume: only differences are copied.`
  if (!ifAbsent) return `${stop}, and repeat the command: only differences are copied.`
  const why = 'only with --checkpoint is it known later which entries of the target a migration has created'
  return `${stop}, and repeat the command without --if-absent, which would keep what differs: ${why}.`
}

/** Counts that are not 0, in one line. @param {Record<string, number>} counts @param {string} [first] that is shown anyway */
function countLine(counts, first) {
  return Object.entries(counts)
    .filter(([name, count]) => count > 0 || name === first)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')
}

module.exports = { Tally, countLine, differencesAsJson, nameDifferences, remedyOf }
