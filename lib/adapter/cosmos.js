// @ts-check
'use strict'

const { CosmosEngine } = require('../engines/cosmos/engine.js')
const { classOf, connected, inConstructor } = require('./constructing.js')
const { resolveCosmosOptions } = require('./cosmos-options.js')
const { StateAdapter } = require('./state-adapter.js')

/** @typedef {import('../../cosmos.js').CosmosStateAdapterOptions} Options */

/** A state store on Azure Cosmos DB. */
class CosmosStateAdapter extends StateAdapter {
  /** @param {Options} given */
  constructor(given) {
    const { options, stackTraces } = inConstructor(CosmosStateAdapter, () => resolveCosmosOptions(given))
    const open = (/** @type {import('../engines/engine.js').Host} */ host) =>
      inConstructor(CosmosStateAdapter, () => new CosmosEngine(options, host))
    super(open, { stackTraces })
  }

  /**
   * @param {Options} options
   * @param {import('../../index.js').ConnectOptions} [waiting]
   * @returns {Promise<any>} of the class that it is called on
   */
  static async connect(options, waiting) {
    // biome-ignore lint/complexity/noThisInStatic: a subclass inherits the method
    return connected(new (classOf(CosmosStateAdapter, this))(options), waiting)
  }

  /** @returns {import('../../cosmos.js').CosmosStats} */
  stats() {
    return /** @type {any} */ (super.stats())
  }
}

/** @satisfies {typeof import('../../cosmos.js').CosmosStateAdapter} checks the public types */
const published = CosmosStateAdapter

module.exports = { CosmosStateAdapter: published }
