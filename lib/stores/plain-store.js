// @ts-check
'use strict'

const { checkOptions } = require('./check-options.js')
const { plainCosmosOptions } = require('./cosmos-options.js')
const { COSMOS } = require('./definition.js')
const { isRecord } = require('./malformed.js')
const { Missing } = require('./missing.js')
const { fillUrl, fillVariables, variable } = require('./placeholders.js')

/**
 * @typedef {import('./definition.js').Definition} Definition
 * @typedef {import('./document.js').Document} Document
 * @typedef {import('./document.js').Path} Path
 * @typedef {import('./placeholders.js').Surroundings} Surroundings
 * @typedef {import('./secrets.js').Secrets} Secrets
 */

const MEMORY = 'state.in-memory'
const TYPES = new Map([
  ['redis', 'state.redis'],
  ['memory', MEMORY],
  ['cosmos', COSMOS],
])
const COSMOS_FIELDS = [
  ...['url', 'key', 'connectionString', 'credential', 'tenantId', 'clientId', 'clientSecret', 'authorityHost'],
  ...['database', 'collection', 'container', 'partitionKey', 'consistency', 'keyPrefix', 'ttl', 'regions'],
  ...['createIfMissing', 'enableEndpointDiscovery', 'tls', 'agent', 'commandTimeout', 'maxPendingCommands'],
  ...['maxPendingBytes', 'strictTraceIds', 'strictValues', 'stackTraces'],
]

/** Options that are no texts: where a variable fills one, its text is converted. */
const NUMBERS = [
  'port',
  'database',
  'ttl',
  'commandTimeout',
  'connectTimeout',
  'maxPendingCommands',
  'maxPendingBytes',
  'count',
  'timeout',
  'maxEntries',
  'maxBytes',
  'maxStaleness',
]
const BOOLEANS = [
  'tls',
  'strictTraceIds',
  'strictValues',
  'stackTraces',
  'cache',
  'frozen',
  'hashTags',
  'index',
  'offlineQueue',
  'rejectUnauthorized',
  'keepAlive',
  'noDelay',
]
const MAX_DEPTH = 8

/**
 * Makes the definition of a store from the options of an adapter, as an object or a JSON file has them.
 *
 * @param {Document} document
 * @param {string} name
 * @param {Path} path
 * @param {{ value: unknown, surroundings: Surroundings, secrets: Secrets }} input
 * @returns {Promise<Definition>}
 */
async function plainStore(document, name, path, { value, surroundings, secrets }) {
  const { type: given, ...fields } = document.record(value, path)
  const type = typeOf(document, path, given)
  /** @type {Definition} */
  const definition = { name, type, version: 'v1', source: document.file ?? '', problems: [], ignored: [], options: {} }
  const options = await filled(fields, path, { document, definition, surroundings, secrets })
  if (type === COSMOS) {
    checkCosmos(document, path, fields)
    if (definition.problems.length > 0) return definition
    definition.options = plainCosmosOptions(name, options)
    const nameOf = (/** @type {string} */ option) =>
      option === 'container' && 'collection' in fields ? 'collection' : option
    checkOptions(document, (option) => ({ path: [...path, ...nameOf(option).split('.').filter(Boolean)] }), definition)
    return definition
  }
  // The url may be a variable, so it is known only now.
  if (given === undefined && isMemoryUrl(options.url)) definition.type = MEMORY
  if (definition.type === MEMORY) options.url ??= 'memory:'
  if (definition.problems.length > 0) return definition
  checkUrl(document, path, definition.type, options.url)
  definition.options = {
    ...options,
    keyPrefix: options.keyPrefix || options.keyPrefix === false ? options.keyPrefix : `${name}:`,
  }
  checkOptions(document, (option) => ({ path: [...path, ...option.split('.').filter(Boolean)] }), definition)
  return definition
}

/** @param {Document} document @param {Path} path @param {unknown} given */
function typeOf(document, path, given = 'redis') {
  const type = TYPES.get(/** @type {string} */ (given)) ?? [...TYPES.values()].find((one) => one === given)
  if (type !== undefined) return type
  throw document.malformed([...path, 'type'], `expected ${[...TYPES.keys()].join(', ')} or a type of Dapr`)
}

/** @param {unknown} url */
function isMemoryUrl(url) {
  return typeof url === 'string' && url.startsWith('memory:')
}

/** A store in memory that is said to be on a server would lose what it is trusted with. @param {Document} document @param {Path} path @param {string} type @param {unknown} url */
function checkUrl(document, path, type, url) {
  if (isMemoryUrl(url) === (type === MEMORY)) return
  const expected = type === MEMORY ? 'memory:' : 'the url of a server'
  throw document.malformed([...path, 'url'], `expected ${expected}, as the type says`)
}

/** @param {Document} document @param {Path} path @param {Record<string, unknown>} fields */
function checkCosmos(document, path, fields) {
  document.record(fields, path, COSMOS_FIELDS)
  const required = [...('connectionString' in fields ? [] : ['url']), 'database']
  for (const name of [...required, ...('container' in fields ? [] : ['collection'])]) {
    if (!(name in fields)) throw document.malformed([...path, name], 'is missing')
  }
}

/**
 * Copies options, with their placeholders, variables and secrets replaced.
 *
 * @param {any} value
 * @param {Path} path
 * @param {{ document: Document, definition: Definition, surroundings: Surroundings, secrets: Secrets }} context
 * @param {number} [depth]
 * @returns {Promise<any>}
 */
async function filled(value, path, context, depth = 0) {
  if (depth > MAX_DEPTH) throw context.document.malformed(path, 'is nested too deeply')
  const name = String(path.at(-1))
  if (typeof value === 'string' && value.includes('{'))
    return orProblem(context, path, async () =>
      converted(
        name,
        value,
        name === 'url' ? fillUrl(value, context.surroundings) : fillVariables(value, context.surroundings),
      ),
    )
  if (Array.isArray(value))
    return Promise.all(value.map((one, index) => filled(one, [...path, index], context, depth + 1)))
  if (!isRecord(value) || !isPlain(value)) return value
  if (isReference(value)) return orProblem(context, path, () => referenced(value, path, context))
  const fields = Object.keys(value).map(async (field) => [
    field,
    await filled(value[field], [...path, field], context, depth + 1),
  ])
  return Object.fromEntries(await Promise.all(fields))
}

/** @param {object} value */
function isPlain(value) {
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** @param {Record<string, any>} value */
function isReference(value) {
  return 'secretKeyRef' in value || 'envRef' in value
}

/** @param {Record<string, any>} value @param {Path} path @param {{ document: Document, surroundings: Surroundings, secrets: Secrets }} context */
async function referenced(value, path, { document, surroundings, secrets }) {
  const { envRef, secretKeyRef } = document.record(value, path, ['envRef', 'secretKeyRef'])
  const name = String(path.at(-1))
  if (secretKeyRef === undefined)
    return converted(name, '', variable(document.text(envRef, [...path, 'envRef']) ?? '', surroundings))
  const at = [...path, 'secretKeyRef']
  const ref =
    typeof secretKeyRef === 'string'
      ? { name: secretKeyRef }
      : document.record(secretKeyRef, at, ['store', 'name', 'key'])
  const [store, secret, key] = ['store', 'name', 'key'].map((field) => document.text(ref[field], [...at, field]))
  if (secret === undefined) throw document.malformed([...at, 'name'], 'is missing')
  return secrets.read({ store, name: secret, key: key ?? secret })
}

/** Converts what a variable filled, if the option is no text. @param {string} name @param {string} template @param {string} text */
function converted(name, template, text) {
  if (template === text) return text
  if (NUMBERS.includes(name) && /^\d{1,15}$/.test(text)) return Number(text)
  if (BOOLEANS.includes(name) && /^(true|false)$/.test(text)) return text === 'true'
  return text
}

/** @param {{ definition: Definition }} context @param {Path} path @param {() => Promise<unknown>} read */
async function orProblem({ definition }, path, read) {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof Missing)) throw error
    definition.problems.push(`${path.slice(2).join('.')}: ${error.message}`)
    definition.cause ??= error.cause
    return undefined
  }
}

module.exports = { plainStore }
