// @ts-check
'use strict'

/**
 * @typedef {object} Definition what is known of a store before it is opened
 * @property {string} name
 * @property {string} type such as `state.redis`
 * @property {string} version
 * @property {string} source the file, or an empty text
 * @property {string[]} problems why it cannot be opened in this environment
 * @property {unknown} [cause] of the problems
 * @property {string[]} ignored names of options without meaning here
 * @property {any} options of its adapter
 */

/** The type of stores on Azure Cosmos DB. */
const COSMOS = 'state.azure.cosmosdb'

module.exports = { COSMOS }
