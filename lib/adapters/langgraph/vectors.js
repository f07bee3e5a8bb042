// @ts-check
'use strict'

const { invalidConfig } = require('../../errors.js')
const { Parts, pack } = require('./record.js')
const { textsAt, tokensOf } = require('./text-paths.js')

/**
 * @typedef {import('../../../adapters/langgraph.js').RedisStoreIndex} IndexOptions
 * @typedef {{ embedDocuments: (texts: string[]) => Promise<number[][]>, embedQuery: (text: string) => Promise<number[]> }} Embeddings
 */

/**
 * The vectors of items, and how similar they are to a query: exactly, by the cosine of each vector.
 */
class Vectors {
  #embeddings
  #fields

  /** @param {IndexOptions} index */
  constructor(index) {
    const embeddings = index.embeddings ?? index.embed
    if (typeof embeddings?.embedDocuments !== 'function' || typeof embeddings.embedQuery !== 'function') {
      throw invalidConfig('index.embeddings: expected Embeddings of LangChain, with embedDocuments and embedQuery')
    }
    this.#embeddings = /** @type {Embeddings} */ (embeddings)
    this.#fields = index.fields ?? ['$']
  }

  /**
   * @param {Record<string, any>} value
   * @param {string[]} [fields]
   * @returns {Promise<Buffer | undefined>} undefined if there is no text
   */
  async vectorsOf(value, fields = this.#fields) {
    const texts = fields.flatMap((path) => textsAt(value, path === '$' ? ['$'] : tokensOf(path)))
    if (texts.length === 0) return undefined
    const vectors = await this.#embeddings.embedDocuments(texts)
    return pack(vectors.map((vector) => new Uint8Array(Float64Array.from(vector).buffer)))
  }

  /** @param {string} query */
  embed(query) {
    return this.#embeddings.embedQuery(query)
  }
}

/**
 * The greatest similarity of an item. Vectors of another length are those of another model, so they have none.
 *
 * @param {Buffer | undefined} vectors
 * @param {number[]} query
 * @returns {number | undefined} undefined if the item has no such vectors
 */
function scoreOf(vectors, query) {
  if (vectors === undefined) return undefined
  const parts = new Parts(vectors)
  const comparable = Array.from({ length: parts.length }, (_, at) => float64Of(parts.bytes(at))).filter(
    ({ length }) => length === query.length,
  )
  if (comparable.length === 0) return undefined
  return Math.max(...comparable.map((vector) => cosine(query, vector)))
}

/** @param {Buffer} bytes of a record, where they need not be aligned */
function float64Of(bytes) {
  return new Float64Array(new Uint8Array(bytes).buffer)
}

/** @param {number[]} query @param {Float64Array} vector */
function cosine(query, vector) {
  let [product, ofQuery, ofVector] = [0, 0, 0]
  for (const [at, number] of vector.entries()) {
    product += number * query[at]
    ofVector += number * number
  }
  for (const number of query) ofQuery += number * number
  const length = Math.sqrt(ofQuery) * Math.sqrt(ofVector)
  return length === 0 ? 0 : product / length
}

module.exports = { Vectors, scoreOf }
