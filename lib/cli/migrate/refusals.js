// @ts-check
'use strict'

const { untitled } = require('../../error-message.js')
const { RedisStateError } = require('../../errors.js')
const { EntriesPlace } = require('./entries-place.js')
const { IiiPlace } = require('./iii-place.js')
const { idOf } = require('./journal.js')

/**
 * @typedef {import('./place.js').Name} Name
 * @typedef {import('./place.js').Place} Place
 * @typedef {import('./pages.js').Page} Page
 */

/** Entries that are named; the others are counted. */
const MAX_NAMED = 10
const COLLISION = 'another scope has the same key at the target; use --to-hash-tags'

/** The entries that cannot be copied, and why. */
class Refusals {
  /** @type {Set<string>} */
  #ids = new Set()
  /** Those that the target refused. @type {Set<string>} */
  #rejected = new Set()
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

  /** Notes a key that is no name of an entry. @param {string} shown @param {string} why */
  addKey(shown, why) {
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
      const why = collisions.has(name) ? COLLISION : this.#why(page.from[index])
      if (why !== undefined) this.#add(id, shownName(name), why)
      // Its value may have been corrected meanwhile.
      else if (!this.#rejected.has(id)) this.#ids.delete(id)
      if (this.#ids.has(id)) found.add(name)
    }
    return found
  }

  /** @param {import('./value-text.js').Found | null} from */
  #why(from) {
    if (from === null) return undefined
    if (from.problem !== undefined) return from.problem
    const losesTtl = from.expiresAt !== Infinity && !this.#places.target.keepsTtl && !this.#dropTtl
    return losesTtl ? 'it has a ttl, which hashes cannot have; use --drop-ttl to copy it without' : undefined
  }

  /**
   * Without hash tags, the field `b:c` of the scope `a` and the field `c` of the scope `a:b` are the same entry. The first is
   * copied.
   *
   * @param {Name[]} names
   */
  async #collisions(names) {
    /** @type {Set<Name>} */
    const found = new Set()
    const { source, target } = this.#places
    if (!(source instanceof IiiPlace) || !(target instanceof EntriesPlace) || target.hashTags) return found
    for (const name of names) {
      const others = aliasesOf(name).filter(
        ({ traceId }) => traceId.length < name.traceId.length && source.hasScope(traceId),
      )
      if (others.length > 0 && (await source.read(others)).some((other) => other !== null)) found.add(name)
    }
    return found
  }

  /** @param {string} id @param {string} shown @param {string} why */
  #add(id, shown, why) {
    if (this.#ids.has(id)) return
    this.#ids.add(id)
    if (this.#ids.size <= MAX_NAMED) this.#onNamed(`skipped: ${shown}: ${why.replace(/\.$/, '')}`)
  }
}

/**
 * The other names that have the same key without hash tags.
 *
 * @param {Name} name
 * @returns {Name[]}
 */
function aliasesOf({ traceId, key }) {
  const full = `${traceId}:${key}`
  const aliases = []
  for (let at = full.indexOf(':'); at !== -1; at = full.indexOf(':', at + 1))
    if (at !== traceId.length) aliases.push({ traceId: full.slice(0, at), key: full.slice(at + 1) })
  return aliases
}

/** @param {Name} name */
function shownName({ traceId, key }) {
  return `${JSON.stringify(traceId)}, ${JSON.stringify(key)}`
}

module.exports = { Refusals, aliasesOf, shownName }
