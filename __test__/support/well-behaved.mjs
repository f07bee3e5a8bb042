// @ts-check
// The correct replies of a server with one entry: trace id `t`, key `k`, value `good`.

import { array, bulk } from './scripted-server.mjs'

const text = bulk('"good"')

/** @type {Record<string, (args: string[]) => string>} */
const answers = {
  GET: () => text,
  GETDEL: () => text,
  SCAN: () => array(bulk('0'), array(bulk('motia:state:t:k'))),
  MGET: (keys) => array(...keys.map(() => text)),
  UNLINK: (keys) => `:${keys.length}`,
}

/**
 * @param {string[]} command
 * @returns {string | undefined}
 */
export function wellBehaved([name, ...args]) {
  return answers[name]?.(args)
}

/**
 * Every method, with its result on such a server.
 *
 * @param {import('redis-state-adapter').RedisStateAdapter} state
 * @returns {{ name: string, commands: string[], writes?: boolean, make: () => Promise<unknown>, good: unknown }[]}
 */
export function callsOnOneEntry(state) {
  const item = { groupId: 't', key: 'k', type: 'string', value: 'good' }
  return [
    { name: 'get', commands: ['GET'], make: () => state.get('t', 'k'), good: 'good' },
    { name: 'set', commands: ['SET'], writes: true, make: () => state.set('t', 'k', 1), good: 1 },
    { name: 'delete', commands: ['GETDEL'], writes: true, make: () => state.delete('t', 'k'), good: 'good' },
    { name: 'getGroup', commands: ['SCAN', 'MGET'], make: () => state.getGroup('t'), good: ['good'] },
    { name: 'keys', commands: ['SCAN'], make: () => state.keys('t'), good: ['k'] },
    { name: 'items', commands: ['SCAN', 'MGET'], make: () => state.items({ groupId: 't' }), good: [item] },
    { name: 'traceIds', commands: ['SCAN'], make: () => state.traceIds(), good: ['t'] },
    { name: 'clear', commands: ['SCAN', 'UNLINK'], writes: true, make: () => state.clear('t'), good: undefined },
  ]
}
