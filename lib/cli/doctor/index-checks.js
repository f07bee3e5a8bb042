// @ts-check
'use strict'

const { ok, problem, warning } = require('./finding.js')

/** @typedef {import('./finding.js').Finding} Finding */

/**
 * Whether lists by indexes are complete.
 *
 * @param {import('../command.js').StateStore} state with indexes
 * @param {AbortSignal} signal
 * @returns {Promise<Finding[]>}
 */
async function checkIndexes(state, signal) {
  const { entries, members, missing, dead } = await state.checkIndex({ signal })
  const findings = []
  if (missing > 0) {
    const text = `${missing} of ${entries} entries are missing in the index of their trace: lists and clear miss them`
    const remedy = 'Run npx redis-state-adapter reindex, and have all programs that write use index: true.'
    findings.push(problem('index', text, remedy))
  }
  if (dead > 0) {
    const text = `${dead} of ${members} members of indexes have no entry: they expired, or were removed without an index`
    findings.push(
      warning(
        'index',
        text,
        'Nothing, if it is few: lists skip and remove them. Else list the traces once, or delete with index: true.',
      ),
    )
  }
  return findings.length > 0 ? findings : [ok('index', `complete: ${entries} entries`)]
}

module.exports = { checkIndexes }
