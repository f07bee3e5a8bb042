// @ts-check
'use strict'

const { load } = require('../stores/load.js')
const { Opened, definitionOf, unconfigured } = require('../stores/opened.js')
const { readingPrimaries } = require('./read-primaries.js')

/**
 * Opens a store of a configuration with other options than it has there.
 *
 * @param {string} config
 * @param {object} settings of `StateStores.load`
 * @param {{ name: string, overrides?: Record<string, unknown>, readsPrimaries?: boolean }} store
 * @returns {Promise<import('./connection.js').Opened>}
 */
async function openOverridden(config, settings, { name, overrides, readsPrimaries }) {
  const definition = definitionOf(await load(config, settings), name)
  if (definition.problems.length > 0) throw unconfigured(definition)
  const all = { ...definition.options, ...overrides }
  const opened = new Opened({ ...definition, options: readsPrimaries ? readingPrimaries(all) : all })
  return { state: opened.adapter, close: () => opened.close({ timeout: 0 }) }
}

module.exports = { openOverridden }
