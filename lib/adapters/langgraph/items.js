// @ts-check
'use strict'

const { READ, READ_BYTES } = require('../../input/command-options.js')
const { inPortions } = require('../raw-keys.js')
const { hashTag } = require('./names.js')

/**
 * @typedef {import('../../../index.js').RedisStateAdapter} State
 * @typedef {{ namespace: string[], key: string }} ItemName
 * @typedef {{ root: string, min: string, max: string }} Range of the members of one index
 *
 * @typedef {object} StoredItem
 * @property {ItemName} name
 * @property {Buffer} value JSON
 * @property {number} created milliseconds since 1970
 * @property {number} updated
 * @property {number} [ttl] of its own, in milliseconds
 * @property {Buffer} [vectors]
 */

/** Members in one reply of an index. */
const PAGE = 250
/** One for the item, one for its root. */
const COMMANDS_OF_REFRESH = 2
const FIELDS = ['created', 'updated', 'value', 'ttl', 'vectors']

/**
 * The items of a store in Redis. Each is a hash; those with the same first label, the *root*, are in one slot of a cluster, with the index
 * of their names, a sorted set of members with the score 0. A name in the index can be that of an item that has expired.
 */
class Items {
  #state
  #prefix
  #registry

  /** @param {State} state @param {string} prefix @param {import('./registry.js').Registry} registry of the roots */
  constructor(state, prefix, registry) {
    this.#state = state
    this.#prefix = prefix
    this.#registry = registry
  }

  /**
   * @param {ItemName} name
   * @param {number} [refresh] the new expiry in milliseconds
   * @returns {Promise<StoredItem | undefined>}
   */
  async read(name, refresh) {
    const command = ['HMGET', this.#keyOf(name), ...FIELDS]
    const fields = await this.#state.command(command, READ_BYTES)
    const item = itemOf(name, /** @type {(Buffer | null)[]} */ (fields))
    if (item !== undefined && refresh !== undefined) await this.refresh(item, refresh)
    return item
  }

  /**
   * Starts the expiry of an item again. Only when it is known which: for a moment, that of the store could remove an item whose own is
   * longer. The root stays listed as long.
   *
   * @param {StoredItem} item
   * @param {number} refresh
   */
  async refresh({ name, ttl: own }, refresh) {
    const ttl = own ?? refresh
    await Promise.all([
      this.#registry.extend(name.namespace[0], ttl),
      this.#state.command(['PEXPIRE', this.#keyOf(name), ttl]),
    ])
  }

  /** @param {StoredItem[]} items @param {number} refresh */
  async refreshEach(items, refresh) {
    await inPortions(this.#state, items, (item) => this.refresh(item, refresh), COMMANDS_OF_REFRESH)
  }

  /**
   * @param {ItemName} name
   * @param {{ value: string, now: number, ttl?: number, ownTtl?: number, vectors?: Buffer }} item
   */
  async write(name, { value, now, ttl, ownTtl, vectors }) {
    const [key, index] = [this.#keyOf(name), this.#indexOf(name.namespace[0])]
    await this.#state.commands([
      ['HSETNX', key, 'created', now],
      ['HDEL', key, 'ttl', 'vectors'],
      ['HSET', key, 'updated', now, 'value', value, ...present('ttl', ownTtl), ...present('vectors', vectors)],
      ttl === undefined ? ['PERSIST', key] : ['PEXPIRE', key, ttl],
      ['ZADD', index, 0, memberOf(name)],
    ])
  }

  /** @param {ItemName} name */
  async remove(name) {
    await this.#state.commands([
      ['DEL', this.#keyOf(name)],
      ['ZREM', this.#indexOf(name.namespace[0]), memberOf(name)],
    ])
  }

  /**
   * Yields the names of a range in pages, ordered by their bytes.
   *
   * @param {Range} range
   * @returns {AsyncGenerator<ItemName[], void>}
   */
  async *names({ root, min, max }) {
    for (let from = min; ; ) {
      const command = ['ZRANGEBYLEX', this.#indexOf(root), from, max, 'LIMIT', 0, PAGE]
      const members = /** @type {string[]} */ (await this.#state.command(command, READ))
      if (members.length > 0) yield members.map(nameOfMember)
      if (members.length < PAGE) return
      from = `(${members[members.length - 1]}`
    }
  }

  /**
   * Yields the items of a range in pages, and takes those out of the index that have expired.
   *
   * @param {Range} range
   * @returns {AsyncGenerator<StoredItem[], void>}
   */
  async *items(range) {
    for await (const names of this.names(range)) {
      const found = await Promise.all(names.map((name) => this.read(name)))
      await this.#forget(
        range.root,
        names.filter((_, at) => found[at] === undefined),
      )
      yield found.filter((item) => item !== undefined)
    }
  }

  /** Whether one of these items exists, which have the same root. @param {ItemName[]} names */
  async existsOne(names) {
    const count = await this.#state.command(['EXISTS', ...names.map((name) => this.#keyOf(name))], READ)
    return count !== 0
  }

  /**
   * Takes names out of the index. One whose item is written at the same time is put back.
   *
   * @param {string} root
   * @param {ItemName[]} names
   */
  async #forget(root, names) {
    if (names.length === 0) return
    const index = this.#indexOf(root)
    const [, ...existing] = await this.#state.commands([
      ['ZREM', index, ...names.map(memberOf)],
      ...names.map((name) => ['EXISTS', this.#keyOf(name)]),
    ])
    const written = names.filter((_, at) => existing[at] !== 0)
    if (written.length === 0) return
    await this.#state.command(['ZADD', index, ...written.flatMap((name) => [0, memberOf(name)])])
  }

  /** @param {string} root */
  #indexOf(root) {
    return `${this.#prefix}:${hashTag(root)}:index`
  }

  /** @param {ItemName} name */
  #keyOf(name) {
    return `${this.#prefix}:${hashTag(name.namespace[0])}:item:${memberOf(name)}`
  }
}

/** Labels are not empty and have no NUL, so two of them end the namespace. @param {ItemName} name */
function memberOf({ namespace, key }) {
  return `${namespace.join('\0')}\0\0${key}`
}

/** @param {string} member @returns {ItemName} */
function nameOfMember(member) {
  const end = member.indexOf('\0\0')
  return { namespace: member.slice(0, end).split('\0'), key: member.slice(end + 2) }
}

/** The items whose namespace starts with these labels. @param {string[]} labels one or more @returns {Range} */
function rangeOfLabels(labels) {
  const start = labels.join('\0')
  return { root: labels[0], min: `[${start}\0`, max: `(${start}\x01` }
}

/** @param {string} field @param {number | Buffer | undefined} value */
function present(field, value) {
  return value === undefined ? [] : [field, value]
}

/** @param {ItemName} name @param {(Buffer | null)[]} fields @returns {StoredItem | undefined} */
function itemOf(name, [created, updated, value, ttl, vectors]) {
  if (!value) return undefined
  return {
    name,
    value,
    created: Number(created),
    updated: Number(updated),
    ...(ttl && { ttl: Number(ttl) }),
    ...(vectors && { vectors }),
  }
}

module.exports = { Items, rangeOfLabels }
