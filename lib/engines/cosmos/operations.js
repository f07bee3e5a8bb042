// @ts-check
'use strict'

const { batch } = require('./batch.js')
const points = require('./points.js')
const { increment, rewrite } = require('./rewrite.js')

/** What each operation does. @type {Record<string, import('./points.js').Execute>} */
const EXECUTE = {
  get: points.get,
  set: points.set,
  delete: points.remove,
  has: points.has,
  getWithMetadata: points.getWithMetadata,
  ttl: points.ttl,
  touch: points.touch,
  persist: points.persist,
  ping: async (store, _call, exchange) => void (await store.container.read({ abortSignal: exchange.signal })),
  increment,
  update: rewrite,
  transaction: batch,
}

module.exports = { EXECUTE }
