// @ts-check
'use strict'

const { UsageError } = require('../usage-error.js')

/**
 * How far a migration is: `last` is the entry up to which all are copied, but for `skipped` entries.
 *
 * @typedef {import('./place.js').Name} Name
 * @typedef {{ source: string, target: string, traceId: string | null, last: Name | null, skipped: number }} Position
 */

/**
 * How far the migration that is continued is.
 *
 * @param {import('../transfer/checkpoint.js').Checkpoint<Position>} checkpoint
 * @param {Omit<Position, 'last' | 'skipped'>} places
 * @param {import('../command.js').Options} options
 */
async function savedPosition(checkpoint, places, { resume, checkpoint: path }) {
  if (resume && path === undefined) throw new UsageError('--resume needs --checkpoint')
  const saved = await checkpoint.read()
  if (saved === undefined) return undefined
  if (!resume) throw new UsageError(`${path} exists`, 'Continue it with --resume, or remove it.')
  const isSame = saved.source === places.source && saved.target === places.target && saved.traceId === places.traceId
  if (!isSame)
    throw new UsageError(
      `${path} is the checkpoint of another migration`,
      `It is from ${saved.source} to ${saved.target}.`,
    )
  return saved
}

/** @param {Position} saved @returns {Position | undefined} */
function parsePosition({ source, target, traceId, last, skipped = 0 }) {
  const isText = (/** @type {unknown} */ value) => typeof value === 'string'
  const isName = last === null || (isText(last.traceId) && isText(last.key))
  return isText(source) &&
    isText(target) &&
    (traceId === null || isText(traceId)) &&
    isName &&
    Number.isInteger(skipped)
    ? { source, target, traceId, last, skipped }
    : undefined
}

module.exports = { parsePosition, savedPosition }
