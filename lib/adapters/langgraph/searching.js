// @ts-check
'use strict'

const { rangeOfLabels } = require('./items.js')
const { commonLabels, isWithin, matches } = require('./matching.js')
const { scoreOf } = require('./vectors.js')

/**
 * @typedef {import('./items.js').Items} Items
 * @typedef {import('./items.js').ItemName} ItemName
 * @typedef {import('./items.js').StoredItem} StoredItem
 * @typedef {import('@langchain/langgraph-checkpoint').SearchOperation} SearchOperation
 * @typedef {import('@langchain/langgraph-checkpoint').ListNamespacesOperation} ListNamespacesOperation
 * @typedef {{ item: StoredItem, score: number | undefined }} Result
 */

/** Roots that are read at the same time. */
const ROOTS_AT_ONCE = 32

/** Searches of a store: of items, and of namespaces. */
class Searching {
  #items
  #registry
  #vectors

  /**
   * @param {Items} items
   * @param {import('./registry.js').Registry} registry of the roots
   * @param {import('./vectors.js').Vectors} [vectors]
   */
  constructor(items, registry, vectors) {
    this.#items = items
    this.#registry = registry
    this.#vectors = vectors
  }

  /**
   * @param {SearchOperation} operation
   * @param {number} [refresh] the new expiry in milliseconds of what is found
   * @returns {Promise<Result[]>} ordered by namespace and key, or by similarity
   */
  async search(operation, refresh) {
    const found = await this.#found(operation)
    if (refresh === undefined) return found
    await this.#items.refreshEach(
      found.map(({ item }) => item),
      refresh,
    )
    return found
  }

  /** @param {SearchOperation} operation @returns {Promise<Result[]>} */
  async #found({ namespacePrefix, filter, query, limit = 10, offset = 0 }) {
    const pages = this.#eachRange(namespacePrefix, (range) => this.#items.items(range))
    const isRanked = query !== undefined && query !== '' && this.#vectors !== undefined
    const found = await firstMatching(pages, filter, isRanked ? Number.POSITIVE_INFINITY : offset + limit)
    if (!isRanked) return found.slice(offset, offset + limit).map((item) => ({ item, score: undefined }))
    const vector = await /** @type {import('./vectors.js').Vectors} */ (this.#vectors).embed(query)
    return ranked(found, vector).slice(offset, offset + limit)
  }

  /**
   * @param {ListNamespacesOperation} operation
   * @returns {Promise<string[][]>}
   */
  async namespaces({ matchConditions = [], maxDepth, limit, offset = 0 }) {
    /** @type {Map<string, string[]>} */
    const found = new Map()
    for await (const names of this.#eachRange(commonLabels(matchConditions), (range) => this.#items.names(range))) {
      for (const namespace of await this.#existing(names, matchConditions, found, maxDepth)) {
        const shortened = namespace.slice(0, maxDepth)
        found.set(shortened.join(':'), shortened)
      }
    }
    const sorted = [...found.keys()].sort((a, b) => a.localeCompare(b))
    return sorted.slice(offset, limit === undefined ? undefined : offset + limit).map((name) => found.get(name) ?? [])
  }

  /**
   * The namespaces of names that are wanted, not known yet, and have an item that has not expired.
   *
   * @param {ItemName[]} names with the same root
   * @param {import('@langchain/langgraph-checkpoint').MatchCondition[]} conditions
   * @param {Map<string, string[]>} known
   * @param {number} [maxDepth]
   */
  async #existing(names, conditions, known, maxDepth) {
    /** @type {Map<string, ItemName[]>} */
    const groups = new Map()
    for (const name of names) {
      const { namespace } = name
      if (known.has(namespace.slice(0, maxDepth).join(':'))) continue
      if (!conditions.every((condition) => isWithin(namespace, condition))) continue
      const path = namespace.join(':')
      const group = groups.get(path)
      if (group === undefined) groups.set(path, [name])
      else group.push(name)
    }
    const candidates = [...groups.values()]
    const exist = await Promise.all(candidates.map((group) => this.#items.existsOne(group)))
    return candidates.filter((_, at) => exist[at]).map(([{ namespace }]) => namespace)
  }

  /**
   * Yields the pages of what begins with some labels; without labels those of all roots.
   *
   * @template T
   * @param {string[]} labels
   * @param {(range: import('./items.js').Range) => AsyncGenerator<T, void>} pagesOf
   * @returns {AsyncGenerator<T, void>}
   */
  async *#eachRange(labels, pagesOf) {
    if (labels.length > 0) return void (yield* pagesOf(rangeOfLabels(labels)))
    const roots = (await this.#registry.names()).sort()
    for (let at = 0; at < roots.length; at += ROOTS_AT_ONCE) {
      const some = roots.slice(at, at + ROOTS_AT_ONCE).map((root) => pagesOf(rangeOfLabels([root])))
      const firsts = await Promise.all(some.map((pages) => pages.next()))
      for (const [of, first] of firsts.entries()) {
        if (first.done) continue
        yield first.value
        yield* some[of]
      }
    }
  }
}

/**
 * @param {AsyncGenerator<StoredItem[], void>} pages
 * @param {Record<string, any> | undefined} filter
 * @param {number} count
 */
async function firstMatching(pages, filter, count) {
  /** @type {StoredItem[]} */
  const found = []
  for await (const page of pages) {
    found.push(...page.filter(({ value }) => filter === undefined || matches(JSON.parse(String(value)), filter)))
    if (found.length >= count) break
  }
  return found
}

/** The most similar first; then those without vectors. @param {StoredItem[]} items @param {number[]} query @returns {Result[]} */
function ranked(items, query) {
  const results = items.map((item) => ({ item, score: scoreOf(item.vectors, query) }))
  return results.sort((a, b) => (b.score ?? Number.NEGATIVE_INFINITY) - (a.score ?? Number.NEGATIVE_INFINITY) || 0)
}

module.exports = { Searching }
