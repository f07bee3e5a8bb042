// @ts-check
'use strict'

const { invalidConfig } = require('../../errors.js')
const { NOT_FOUND } = require('./statuses.js')

/**
 * @typedef {import('./engine.js').CosmosOptions} Options
 * @typedef {import('./exchange.js').Exchange} Exchange
 * @typedef {import('@azure/cosmos').CosmosClient} Client
 * @typedef {import('@azure/cosmos').Container} Container
 *
 * @typedef {object} OpenedContainer a container that fits the options
 * @property {Container} container
 * @property {number | undefined} defaultTtl of its items, in seconds; -1: none; `undefined`: items do not expire
 * @property {string} accountConsistency
 * @property {string[]} otherWriteRegions that are never written to, see `otherWriteRegionsOf`
 */

/** From the weakest to the strongest; names of the service and of the option. @type {[service: string, option: string][]} */
const LEVELS = [
  ['Eventual', 'eventual'],
  ['ConsistentPrefix', 'consistent prefix'],
  ['Session', 'session'],
  ['BoundedStaleness', 'bounded'],
  ['Strong', 'strong'],
]

/**
 * Reads the container, or creates it if that is asked for, and checks that it fits the options.
 *
 * @param {Client} client
 * @param {Options} options
 * @param {Exchange} exchange
 * @returns {Promise<OpenedContainer>}
 */
async function openContainer(client, options, exchange) {
  const abortSignal = exchange.signal
  const { resource: account } = await client.getDatabaseAccount({ abortSignal })
  const accountConsistency = String(account?.consistencyPolicy ?? '')
  checkConsistency(options.consistency, accountConsistency)
  const container = client.database(options.database).container(options.container)
  const definition =
    (await readDefinition(container, exchange)) ?? (await createOrReject(client, container, options, exchange))
  checkPath(definition.partitionKey?.paths ?? [], options)
  const { defaultTtl } = definition
  if (options.ttl !== undefined) checkExpiry(defaultTtl, 'ttl', options)
  return { container, defaultTtl, accountConsistency, otherWriteRegions: otherWriteRegionsOf(account) }
}

/**
 * All clients write to the first region: in two regions, two writes under one etag could both succeed.
 *
 * @param {import('@azure/cosmos').DatabaseAccount | undefined} account
 */
function otherWriteRegionsOf(account) {
  const [, ...others] = account?.writableLocations ?? []
  return others.map(({ name }) => name)
}

/** @param {Container} container @param {Exchange} exchange @returns {Promise<any>} `undefined` if it does not exist */
async function readDefinition(container, exchange) {
  try {
    return (await container.read({ abortSignal: exchange.signal })).resource
  } catch (error) {
    if (/** @type {any} */ (error).code === NOT_FOUND) return undefined
    throw error
  }
}

/** @param {Client} client @param {Container} container @param {Options} options @param {Exchange} exchange @returns {Promise<any>} */
async function createOrReject(client, container, options, exchange) {
  const { database: id, createIfMissing, path } = options
  if (createIfMissing === false) {
    const what = `the container "${options.container}" of the database "${id}" does not exist`
    throw invalidConfig(what, { remedy: 'Create it, or set createIfMissing.' })
  }
  const abortSignal = exchange.signal
  const { database } = await client.databases.createIfNotExists({ id }, { abortSignal })
  // With the default -1 items expire only if they say so. Without a default they would never expire.
  const definition = { id: container.id, partitionKey: { paths: [`/${path.join('/')}`] }, defaultTtl: -1 }
  await database.containers.createIfNotExists({ ...definition, ...createIfMissing }, { abortSignal })
  return readDefinition(container, exchange)
}

/** @param {readonly string[]} paths @param {Options} options */
function checkPath(paths, { path }) {
  const wanted = `/${path.join('/')}`
  if (paths.length === 1 && paths[0] === wanted) return
  const remedy =
    paths.length === 1
      ? `Set partitionKey: '${paths[0]}', or use another container: the path of a container cannot be changed.`
      : 'Use a container with one path: a hierarchical partition key is not supported.'
  throw invalidConfig(`partitionKey: the container is partitioned by ${paths.join(', ')}, not by ${wanted}`, { remedy })
}

/**
 * @param {number | undefined} defaultTtl
 * @param {string} option
 * @param {{ container: string }} options
 */
function checkExpiry(defaultTtl, option, { container }) {
  if (defaultTtl !== undefined) return
  const what = `${option}: the container "${container}" has no default time to live, without which no item expires`
  const remedy = 'Set the Time to Live of the container to On (no default), which is defaultTtl: -1.'
  throw invalidConfig(what, { remedy })
}

/**
 * Rejects a consistency that the account cannot give.
 *
 * @param {string | undefined} wanted
 * @param {string} account as the service names it
 */
function checkConsistency(wanted, account) {
  if (wanted === undefined) return
  const [rank, accountRank] = [LEVELS.findIndex(([, option]) => option === wanted), rankOf(account)]
  // An unknown level is left to the service.
  if (accountRank < 0 || rank <= accountRank) return
  const what = `consistency: ${wanted} is stronger than ${LEVELS[accountRank][1]}, the default of the account`
  throw invalidConfig(what, { remedy: 'Use a weaker one, or change the default consistency of the account.' })
}

/** @param {string} level as the service names it */
function rankOf(level) {
  return LEVELS.findIndex(([service]) => service === level)
}

/** @param {string} option @returns {string} as the service names it */
function serviceLevelOf(option) {
  return LEVELS.find(([, name]) => name === option)?.[0] ?? option
}

module.exports = { checkConsistency, checkExpiry, openContainer, serviceLevelOf }
