// @ts-check
'use strict'

/** @typedef {import('./route.js').Call} Call */

const LIMIT = { min: 1, max: 1000, standard: 50 }
/** Larger values are left to `api/entry`, as a page of them would be too large. */
const MAX_VALUE_LENGTH = 64 * 1024

/** @param {Call} call */
async function query({ target, parameters, signal }) {
  const { state } = target.get(parameters.optionalText('store'))
  const [filter, sort] = [parameters.raw('filter'), parameters.raw('sort')]
  const token = parameters.raw('token') ?? undefined
  /** @type {any} checked by `query` */
  const input = {
    groupId: parameters.raw('trace') ?? undefined,
    ...(filter !== undefined && filter !== null && { filter }),
    ...(sort !== undefined && sort !== null && { sort }),
    page: { limit: parameters.wholeNumber('limit', LIMIT), ...(token !== undefined && { token }) },
  }
  const { items, token: next = null } = await state.query(input, { signal })
  // In the same tick, so that they are one batch.
  const ttls = await Promise.all(items.map(({ groupId, key }) => state.ttl(groupId, key, { signal })))
  return { items: items.map((item, index) => ({ ...shown(item), ttl: ttls[index] ?? undefined })), token: next }
}

/** @param {import('../../../index.js').StateItem} item */
function shown({ groupId, key, type, value }) {
  const size = sizeOf(value)
  if (size > MAX_VALUE_LENGTH) return { traceId: groupId, key, type, size, truncated: true }
  return { traceId: groupId, key, type, size, value }
}

/** @param {unknown} value */
function sizeOf(value) {
  try {
    return Buffer.byteLength(JSON.stringify(value))
  } catch {
    // It is nested too deeply to be sent.
    return Infinity
  }
}

module.exports = { query }
