// @ts-check

import { load } from './load.mjs'

/** @param {string} url */
export async function open(url) {
  const { RedisStateAdapter } = await load('redis-state-adapter')
  return new RedisStateAdapter({ url, index: true, strictTraceIds: true, stackTraces: false })
}

/**
 * The keys were added by a script on the server.
 *
 * @param {any} state
 * @param {string} [traceId]
 */
export function filled(state, traceId) {
  return state.reindex(traceId === undefined ? {} : { traceId })
}
