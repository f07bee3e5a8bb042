// @ts-check
// Passes every kind of value as each option and argument of each method. Invalid values are rejected before anything is
// sent.

import assert from 'node:assert/strict'
import { channel } from 'node:diagnostics_channel'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import { RedisStateError } from 'redis-state-adapter'
import { openFresh } from '../support/workspace.mjs'
import { KINDS } from '../support/wrong-values.mjs'

/**
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 *
 * @typedef {object} Slot an argument or option
 * @property {string} name
 * @property {string[]} accepts kinds of valid values
 * @property {(state: RedisStateAdapter, value: any) => unknown} pass calls the method with the value
 */

const { OPTIONS } = createRequire(import.meta.url)('../../lib/input/method-options.js')

const schema = { '~standard': { version: 1, vendor: 'test', validate: (/** @type {unknown} */ value) => ({ value }) } }
const lasting = { ttl: '10s' }
const limited = { limit: 5, window: '10s' }

/**
 * Each method with valid arguments and the given options.
 *
 * @type {Record<string, (state: any, options: any) => unknown>}
 */
const CALLS = {
  get: (state, options) => state.get('t', 'k', options),
  set: (state, options) => state.set('t', 'k', 1, options),
  delete: (state, options) => state.delete('t', 'k', options),
  getGroup: (state, options) => state.getGroup('t', options),
  getByPrefix: (state, options) => state.getByPrefix('t', 'k', options),
  keys: (state, options) => state.keys('t', options),
  count: (state, options) => state.count('t', 'k', options),
  traceIds: (state, options) => state.traceIds(options),
  items: (state, options) => state.items({}, options),
  query: (state, options) => state.query({}, options),
  scan: (state, options) => state.scan('t', options)[Symbol.asyncIterator]().next(),
  clear: (state, options) => state.clear('t', 'k', options),
  reindex: (state, options) => state.reindex(options),
  checkIndex: (state, options) => state.checkIndex(options),
  has: (state, options) => state.has('t', 'k', options),
  getWithMetadata: (state, options) => state.getWithMetadata('t', 'k', options),
  ttl: (state, options) => state.ttl('t', 'k', options),
  touch: (state, options) => state.touch('t', 'k', 5, options),
  persist: (state, options) => state.persist('t', 'k', options),
  getMany: (state, options) => state.getMany('t', ['k'], options),
  getManyWithMetadata: (state, options) => state.getManyWithMetadata('t', ['k'], options),
  hasMany: (state, options) => state.hasMany('t', ['k'], options),
  setMany: (state, options) => state.setMany('t', { k: 1 }, options),
  deleteMany: (state, options) => state.deleteMany('t', ['k'], options),
  increment: (state, options) => state.increment('t', 'k', 1, options),
  update: (state, options) => state.update('t', 'k', [{ op: 'set', value: 1 }], options),
  transaction: (state, options) => state.transaction('t', [{ op: 'set', key: 'k', value: 1 }], options),
  command: (state, options) => state.command(['GET', 'k'], options),
  commands: (state, options) => state.commands([['GET', 'k']], options),
  script: (state, options) => state.script('return 1', options),
  lock: (state, options) => state.lock('t', 'k', options),
  getOrSet: (state, options) => state.getOrSet('t', 'k', () => 1, options),
  withLock: (state, options) => state.withLock('t', 'k', options, () => {}),
  rateLimit: (state, options) => state.rateLimit('t', 'k', options),
  group: (state, options) => state.group('t', options),
  watch: (state, options) => state.watch('t', 'k', options).return(),
  ping: (state, options) => state.ping(options),
  health: (state, options) => state.health(options),
  connect: (state, options) => state.connect(options),
  cleanup: (state, options) => state.cleanup(options),
}

/** Required options of some methods. @type {Record<string, object>} */
const NEEDED = { lock: lasting, withLock: lasting, rateLimit: limited, group: { schema } }

/** The kinds of valid values of an option; none if it is missing here. @type {Record<string, string[]>} */
const ACCEPTED = {
  ifAbsent: ['true'],
  existence: ['true'],
  withTtl: ['true'],
  cache: ['true'],
  checkOnGet: ['true'],
  values: ['true'],
  configure: ['true'],
  keepAlive: ['true'],
  allowLongTtl: ['true'],
  'set.ttl': ['-1'],
  'setMany.ttl': ['-1'],
  'increment.ttl': ['-1'],
  'update.ttl': ['-1'],
  lock: ['true', '{}'],
  'getOrSet.ttl': ['-1'],
  field: ["'5'", "''", '[]'],
  keyPrefix: ["'5'", "''"],
  'reindex.traceId': ["'5'", "''"],
  onProgress: ['a function'],
  key: ['-1', '0.5', '5n', "'5'", "''"],
  keys: ['[]'],
  args: ['[]'],
}

/** @type {Slot[]} */
const OPTION_SLOTS = Object.entries(OPTIONS).flatMap(([method, options]) =>
  Object.keys(options).map((option) => ({
    name: `${method}, option ${option}`,
    accepts: ACCEPTED[`${method}.${option}`] ?? ACCEPTED[option] ?? [],
    pass: (state, value) => CALLS[method](state, { ...NEEDED[method], [option]: value }),
  })),
)

/** The options object itself. @type {Slot[]} */
const WHOLE_SLOTS = Object.keys(OPTIONS).map((method) => ({
  name: `${method}, the options`,
  accepts: method in NEEDED ? [] : ['{}'],
  pass: (state, value) => CALLS[method](state, value),
}))

/** @type {Slot[]} */
const UNKNOWN_SLOTS = Object.keys(OPTIONS).map((method) => ({
  name: `${method}, an unknown option`,
  accepts: [],
  pass: (state, value) => CALLS[method](state, { ...NEEDED[method], optoin: value }),
}))

const ID = ["'5'", "''"]
const NO_TEXT = ['5n', 'a symbol', 'a function', 'a promise', 'a proxy whose traps throw']
const JSON_VALUE = KINDS.map(([kind]) => kind).filter((kind) => !NO_TEXT.includes(kind))

/** @param {string} name @param {string[]} accepts @param {Slot['pass']} pass @returns {Slot} */
const slot = (name, accepts, pass) => ({ name, accepts, pass })

/** Arguments and their parts. @type {Slot[]} */
const ARGUMENT_SLOTS = [
  ...['get', 'set', 'delete', 'has', 'ttl', 'persist', 'getWithMetadata', 'increment']
    .flatMap((method) => [
      slot(`${method}, the trace id`, ID, (state, id) => /** @type {any} */ (state)[method](id, 'k', 1)),
      slot(`${method}, the key`, ID, (state, id) => /** @type {any} */ (state)[method]('t', id, 1)),
    ])
    .filter(({ name }) => !/^(get|delete|has|ttl|persist|getWithMetadata),/.test(name)),
  ...['getGroup', 'keys', 'clear'].map((method) =>
    slot(`${method}, the trace id`, ID, (state, id) => /** @type {any} */ (state)[method](id)),
  ),
  slot('count, the trace id or the options', [...ID, '{}'], (state, id) => state.count(/** @type {any} */ (id))),
  ...['get', 'delete', 'has', 'ttl', 'persist', 'getWithMetadata'].flatMap((method) => [
    slot(`${method}, the trace id`, ID, (state, id) => /** @type {any} */ (state)[method](id, 'k')),
    slot(`${method}, the key`, ID, (state, id) => /** @type {any} */ (state)[method]('t', id)),
  ]),
  ...['getByPrefix', 'count', 'clear'].map((method) =>
    slot(`${method}, the prefix`, ID, (state, prefix) => /** @type {any} */ (state)[method]('t', prefix)),
  ),
  slot('set, the value', JSON_VALUE, (state, value) => state.set('t', 'k', value)),
  slot('touch, the ttl', [], (state, ttl) => state.touch('t', 'k', ttl)),
  slot('increment, by', ['-1', '0.5'], (state, by) => state.increment('t', 'k', by)),
  slot('items, the input', ['{}'], (state, input) => state.items(input)),
  slot('items, groupId', ID, (state, groupId) => state.items({ groupId })),
  slot('items, groupid', [], (state, groupid) => state.items(/** @type {any} */ ({ groupid }))),
  slot('items, traceId', [], (state, traceId) => state.items(/** @type {any} */ ({ traceId }))),
  slot('items, filter', ['[]'], (state, filter) => state.items({ filter })),
  slot('items, filter[0]', [], (state, filter) => state.items({ filter: [filter] })),
  slot('items, filter[0].valueKey', ["'5'", "''", 'a lone surrogate'], (state, valueKey) =>
    state.items({ filter: [{ valueKey, operation: 'isNull' }] }),
  ),
  slot('items, filter[0].operation', [], (state, operation) => state.items({ filter: [{ valueKey: 'a', operation }] })),
  slot(
    'items, filter[0].value',
    ['null', 'true', 'NaN', 'Infinity', '-1', '0.5', "'5'", "''", 'a lone surrogate'],
    (state, value) => state.items({ filter: [{ valueKey: 'a', operation: 'eq', value }] }),
  ),
  slot('query, the input', ['{}'], (state, input) => state.query(input)),
  slot('query, groupId', ID, (state, groupId) => state.query({ groupId })),
  slot('query, filter', [], (state, filter) => state.query({ filter })),
  slot('query, filter.AND', ['[]'], (state, AND) => state.query({ filter: { AND } })),
  slot('query, filter.IN', ['[]'], (state, a) => state.query({ filter: { IN: { a } } })),
  slot('query, sort', ['[]'], (state, sort) => state.query({ sort })),
  slot('query, sort[0].key', ["'5'", "''", 'a lone surrogate'], (state, key) => state.query({ sort: [{ key }] })),
  slot('query, sort[0].order', [], (state, order) => state.query({ sort: [{ key: 'a', order }] })),
  slot('query, page', ['{}'], (state, page) => state.query({ page })),
  slot('query, page.limit', [], (state, limit) => state.query({ page: { limit } })),
  slot('query, page.token', [], (state, token) => state.query({ page: { token } })),
  ...['getMany', 'getManyWithMetadata', 'hasMany', 'deleteMany'].flatMap((method) => [
    slot(`${method}, the keys`, ['[]'], (state, keys) => /** @type {any} */ (state)[method]('t', keys)),
    slot(`${method}, a key`, ID, (state, key) => /** @type {any} */ (state)[method]('t', ['k', key])),
    slot(`${method}, the trace id`, ID, (state, id) => /** @type {any} */ (state)[method](id, ['k'])),
  ]),
  slot('deleteMany, ifMatch', [], (state, ifMatch) => state.deleteMany('t', [{ key: 'k', ifMatch }])),
  slot('setMany, the entries', ['[]', '{}'], (state, entries) => state.setMany('t', entries)),
  slot('setMany, an entry', [], (state, entry) => state.setMany('t', [entry])),
  slot('setMany, a key', ID, (state, key) => state.setMany('t', [{ key, value: 1 }])),
  slot('setMany, a value', JSON_VALUE, (state, value) => state.setMany('t', [{ key: 'k', value }])),
  slot('setMany, a value by its key', JSON_VALUE, (state, k) => state.setMany('t', { k })),
  slot('setMany, ttl of an entry', ['-1'], (state, ttl) => state.setMany('t', [{ key: 'k', value: 1, ttl }])),
  slot('update, the operations', ['[]'], (state, operations) => state.update('t', 'k', operations)),
  slot('update, an operation', [], (state, operation) => state.update('t', 'k', [operation])),
  slot('update, op', [], (state, op) => state.update('t', 'k', [{ op, value: 1 }])),
  slot('update, path', ["'5'", "''", '[]'], (state, path) => state.update('t', 'k', [{ op: 'remove', path }])),
  slot('update, a name of a path', ["'5'", "''"], (state, name) =>
    state.update('t', 'k', [{ op: 'remove', path: ['a', name] }]),
  ),
  slot('update, by', ['-1', '0.5'], (state, by) => state.update('t', 'k', [{ op: 'increment', path: 'n', by }])),
  slot('update, value', JSON_VALUE, (state, value) => state.update('t', 'k', [{ op: 'set', value }])),
  slot(
    'transaction, the work',
    // A function is called, and this one adds no operations.
    ['[]', 'a function'],
    (state, work) => state.transaction('t', work),
  ),
  slot('transaction, an operation', [], (state, operation) => state.transaction('t', [operation])),
  slot('transaction, key', ID, (state, key) => state.transaction('t', [{ op: 'set', key, value: 1 }])),
  slot('transaction, value', JSON_VALUE, (state, value) => state.transaction('t', [{ op: 'set', key: 'k', value }])),
  slot('transaction, options of set', ['{}'], (state, options) =>
    state.transaction('t', (tx) => tx.set('k', 1, options)),
  ),
  slot('transaction, options of delete', ['{}'], (state, options) =>
    state.transaction('t', (tx) => tx.delete('k', options)),
  ),
  slot('transaction, a condition', [], (state, condition) => state.transaction('t', (tx) => tx.check('k', condition))),
  slot('transaction, a lock', [], (state, lock) => state.transaction('t', (tx) => tx.holds(lock))),
  slot('command, the arguments', [], (state, args) => state.command(args)),
  slot('command, the name', ["'5'"], (state, name) => state.command([name, 'k'])),
  slot('command, an argument', ['-1', '0.5', '5n', ...ID], (state, arg) => state.command(['GET', arg])),
  slot('commands, the list', [], (state, list) => state.commands(list)),
  slot('commands, a command', [], (state, args) => state.commands([['GET', 'k'], args])),
  slot('script, the source', ["'5'"], (state, lua) => state.script(lua)),
  slot('script, a key', ['-1', '0.5', '5n', ...ID], (state, key) => state.script('return 1', { keys: [key] })),
  slot('getOrSet, the load', ['a function'], (state, load) => state.getOrSet('t', 'k', load)),
  slot('withLock, the work', ['a function'], (state, work) => state.withLock('t', 'k', { ttl: '10s' }, work)),
  slot('watch, the trace id', ID, (state, id) => state.watch(id).return()),
  slot('watch, the key', ID, (state, key) => state.watch('t', key).return()),
  slot('group, the trace id', ID, (state, id) => state.group(id, { schema: /** @type {any} */ (schema) })),
]

/**
 * The error of a call, thrown or rejected.
 *
 * @param {() => unknown} attempt
 */
async function outcome(attempt) {
  try {
    await attempt()
    return undefined
  } catch (error) {
    return error
  }
}

/** @param {GetStore} store */
export function wrongArguments(store) {
  describe('a value of the wrong kind', () => {
    for (const { name, accepts, pass } of [...OPTION_SLOTS, ...WHOLE_SLOTS, ...UNKNOWN_SLOTS, ...ARGUMENT_SLOTS]) {
      it(`is rejected as ${name}`, async (t) => {
        const state = openFresh(store, t)
        await state.ping()
        let sent = 0
        const count = () => {
          sent += 1
        }
        const batches = channel('tracing:redis-state-adapter:batch:start')
        batches.subscribe(count)
        t.after(() => batches.unsubscribe(count))
        for (const [kind, value] of KINDS.filter(([kind]) => !accepts.includes(kind))) {
          const error = await outcome(() => pass(state, value))
          assert.ok(error instanceof RedisStateError, `${kind}: ${error ?? 'accepted'}`)
          assert.equal(error.code, 'ERR_INVALID_ARGUMENT', `${kind}: ${error.message}`)
          assert.equal(sent, 0, `${kind}: something was sent`)
        }
      })
    }

    it('is rejected, and no other is', async (t) => {
      const state = openFresh(store, t)
      const slots = [...OPTION_SLOTS, ...WHOLE_SLOTS, ...ARGUMENT_SLOTS]
      // What is accepted by `cleanup` closes the adapter.
      for (const { name, accepts, pass } of slots.filter(({ name }) => !name.startsWith('cleanup,'))) {
        for (const [kind, value] of KINDS.filter(([kind]) => accepts.includes(kind))) {
          await state.clear('t')
          const error = /** @type {any} */ (await outcome(() => pass(state, value)))
          const isRefused = error?.code === 'ERR_INVALID_ARGUMENT'
          assert.ok(!isRefused, `${name}, ${kind}: ${error?.message}`)
        }
      }
    })
  })
}
