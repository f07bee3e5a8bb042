// @ts-check
'use strict'

const { untitled } = require('../../error-message.js')
const { RedisStateError } = require('../../errors.js')
const { MAX_NAMED } = require('../max-named.js')
const { withAliases } = require('./aliases.js')
const { idOf } = require('./journal.js')

/**
 * @typedef {import('./place.js').Name} Name
 * @typedef {import('./place.js').Place} Place
 * @typedef {import('./pages.js').Page} Page
 * @typedef {import('./value-text.js').Found} Found
 */

const COLLISION = 'another entry of the source has the same key at the target, without hash tags'
const OF_SOURCE = 'without hash tags, its key is that of another entry of the source'

/** The entries that cannot be copied, and why. */
class Refusals {
  /** @type {Set<string>} */
  #ids = new Set()
  /** Those that the target refused. @type {Set<string>} */
  #rejected = new Set()
  #keyCount = 0
  #places
  #dropTtl
  #onNamed

  /**
   * @param {{ source: Place, target: Place }} places
   * @param {{ dropTtl: boolean, onNamed: (line: string) => void }} options `onNamed`: called for the first ones
   */
  constructor(places, { dropTtl, onNamed }) {
    this.#places = places
    this.#dropTtl = dropTtl
    this.#onNamed = onNamed
  }

  get count() {
    return this.#ids.size
  }

  /** Without the keys, which every listing notes. */
  get entryCount() {
    return this.#ids.size - this.#keyCount
  }

  /** Notes a key that is no name of an entry. @param {string} shown @param {string} why */
  addKey(shown, why) {
    if (!this.#ids.has(shown)) this.#keyCount += 1
    this.#add(shown, shown, why)
  }

  /** Notes an entry that the target refuses. @param {Name} name @param {Error} error */
  add(name, error) {
    this.#rejected.add(idOf(name))
    this.#add(idOf(name), shownName(name), error instanceof RedisStateError ? untitled(error) : error.message)
  }

  /** Finds the entries of a page that cannot be copied, or could not, and notes them. @param {Page} page @returns {Promise<Set<Name>>} */
  async find(page) {
    /** @type {Set<Name>} */
    const found = new Set()
    const collisions = await this.#collisions(page.names)
    for (const [index, name] of page.names.entries()) {
      const id = idOf(name)
      const why = collisions.has(name) ? COLLISION : this.#why(name, page.from[index], page.to[index])
      if (why !== undefined) this.#add(id, shownName(name), why)
      // Its value may have been corrected meanwhile.
      else if (!this.#rejected.has(id)) this.#ids.delete(id)
      if (this.#ids.has(id)) found.add(name)
    }
    return found
  }

  /** @param {Name} name @param {Found | null} from @param {Found | null} to */
  #why(name, from, to) {
    if (from === null) return undefined
    if (from.problem !== undefined) return from.problem
    if (this.#places.target.excludes?.(name)) return OF_SOURCE
    if (to?.isOtherType) return `at the target, ${to.problem}`
    const losesTtl = from.expiresAt !== Infinity && !this.#places.target.keepsTtl && !this.#dropTtl
    return losesTtl ? 'it has a ttl, which hashes cannot have; use --drop-ttl to copy it without' : undefined
  }

  /** Of entries with one key at the target, all but the one with the shortest trace id, which is copied. @param {Name[]} names */
  #collisions(names) {
    return withAliases(this.#places, names, (alias, name) => alias.traceId.length < name.traceId.length)
  }

  /** @param {string} id @param {string} shown @param {string} why */
  #add(id, shown, why) {
    if (this.#ids.has(id)) return
    this.#ids.add(id)
    if (this.#ids.size <= MAX_NAMED) this.#onNamed(`skipped: ${shown}: ${why.replace(/\.$/, '')}`)
  }
}

/** @param {Name} name */
function shownName({ traceId, key }) {
  return `${JSON.stringify(traceId)}, ${JSON.stringify(key)}`
}

module.exports = { Refusals, shownName }
