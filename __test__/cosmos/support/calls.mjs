// @ts-check
// The methods of a store on Cosmos DB as a table of calls.

/**
 * @import { CosmosStateAdapter } from 'redis-state-adapter/cosmos'
 * @import { Kind } from './gateway.mjs'
 *
 * @typedef {object} CosmosCall
 * @property {string} name
 * @property {Kind} last kind of its last request, if each request is answered
 * @property {() => Promise<unknown>} make
 */

/** Requests that can change something. @type {Kind[]} */
export const WRITES = ['create', 'upsert', 'replace', 'patch', 'delete', 'batch']
/** @type {Kind[]} */
export const READS = ['read', 'query', 'plan']

/**
 * Every way to read, of a trace that has the entry `k`.
 *
 * @param {CosmosStateAdapter} state
 * @returns {CosmosCall[]}
 */
export function readingCalls(state) {
  return [
    { name: 'get', last: 'read', make: () => state.get('t', 'k') },
    { name: 'has', last: 'read', make: () => state.has('t', 'k') },
    { name: 'getWithMetadata', last: 'read', make: () => state.getWithMetadata('t', 'k') },
    { name: 'ttl', last: 'read', make: () => state.ttl('t', 'k') },
    { name: 'getGroup', last: 'query', make: () => state.getGroup('t') },
    { name: 'getByPrefix', last: 'query', make: () => state.getByPrefix('t', 'k') },
    { name: 'keys', last: 'query', make: () => state.keys('t') },
    { name: 'items', last: 'query', make: () => state.items({ groupId: 't' }) },
    { name: 'items of all', last: 'query', make: () => state.items() },
    { name: 'traceIds', last: 'query', make: () => state.traceIds() },
    { name: 'count', last: 'query', make: () => state.count('t') },
    { name: 'query', last: 'query', make: () => state.query({ groupId: 't' }) },
  ]
}

/**
 * Every way to write, of a trace that has the entry `k` with a number and lacks `new`.
 *
 * @param {CosmosStateAdapter} state
 * @param {string} [etag] of the entry
 * @returns {CosmosCall[]}
 */
export function writingCalls(state, etag = '"1"') {
  return [
    { name: 'set', last: 'upsert', make: () => state.set('t', 'k', 2) },
    { name: 'set with ifAbsent', last: 'create', make: () => state.set('t', 'new', 2, { ifAbsent: true }) },
    { name: 'set with ifMatch', last: 'replace', make: () => state.set('t', 'k', 2, { ifMatch: etag }) },
    { name: 'delete', last: 'delete', make: () => state.delete('t', 'k') },
    { name: 'delete with ifMatch', last: 'delete', make: () => state.delete('t', 'k', { ifMatch: etag }) },
    { name: 'increment', last: 'patch', make: () => state.increment('t', 'k') },
    { name: 'increment by a fraction', last: 'replace', make: () => state.increment('t', 'k', 0.5) },
    { name: 'increment of none', last: 'create', make: () => state.increment('t', 'new') },
    { name: 'update', last: 'replace', make: () => state.update('t', 'k', [{ op: 'increment', by: 1 }]) },
    { name: 'transaction', last: 'batch', make: () => state.transaction('t', (tx) => tx.set('k', 2).set('new', 2)) },
    { name: 'touch', last: 'patch', make: () => state.touch('t', 'k', 100) },
    { name: 'clear', last: 'delete', make: () => state.clear('t') },
  ]
}
