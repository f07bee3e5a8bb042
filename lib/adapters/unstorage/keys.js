// @ts-check
'use strict'

/** Separators of keys besides `:`, as unstorage has them. */
const OTHER_SEPARATORS = /[/\\]/g
const AT_THE_ENDS = /^:|:$/g

/** The names of keys: `base:key`. */
class Naming {
  #base
  #prefix

  /** @param {string} base */
  constructor(base) {
    this.#base = normalized(base.replace(/:$/, ''))
    this.#prefix = this.#base === '' ? '' : `${this.#base}:`
  }

  get base() {
    return this.#base
  }

  /** The Redis key of an item. @param {string} key */
  keyOf(key) {
    return this.#prefix + normalized(key)
  }

  /** What the Redis keys of the items below a base begin with. @param {string} [base] */
  prefixOf(base = '') {
    const inner = normalized(base)
    return inner === '' ? this.#prefix : `${this.#prefix}${inner}:`
  }

  /** The item of a Redis key. @param {string} key */
  itemOf(key) {
    return key.slice(this.#prefix.length)
  }
}

/** Without a replacement where there is nothing to replace, as in most keys. @param {string} key */
function normalized(key) {
  const joined = key.includes('/') || key.includes('\\') ? key.replace(OTHER_SEPARATORS, ':') : key
  return joined.startsWith(':') || joined.endsWith(':') ? joined.replace(AT_THE_ENDS, '') : joined
}

module.exports = { Naming }
