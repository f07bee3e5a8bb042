// @ts-check
'use strict'

const { checkOptions } = require('./check-options.js')
const { OPTIONS, optionOf, readValue } = require('./component-options.js')
const { componentName, cosmosOptions } = require('./cosmos-options.js')
const { COSMOS } = require('./definition.js')
const { fill, variable } = require('./placeholders.js')
const { prefixOf } = require('./prefix.js')
const { SOURCES, redisOptions } = require('./redis-options.js')
const { Missing } = require('./missing.js')

/**
 * @typedef {import('./component.js').Component} Component
 * @typedef {import('./component.js').Item} Item
 * @typedef {import('./placeholders.js').Surroundings} Surroundings
 * @typedef {import('./secrets.js').Secrets} Secrets
 * @typedef {import('./definition.js').Definition} Definition
 */

/**
 * Makes the definition of a store from a component.
 *
 * @param {Component} component
 * @param {Surroundings} surroundings
 * @param {Secrets} secrets
 * @returns {Promise<Definition>}
 */
async function storeOfComponent(component, surroundings, secrets) {
  const { name, type, version, document } = component
  /** @type {Definition} */
  const definition = { name, type, version, source: document.file ?? '', problems: [], ignored: [], options: {} }
  if (component.namespace !== undefined) definition.ignored.push('metadata.namespace')
  if (!Object.hasOwn(OPTIONS, type)) {
    definition.problems.push(`the type is not supported, expected ${Object.keys(OPTIONS).join(', ')}`)
    return definition
  }
  const values = await readItems(component, definition, surroundings, secrets)
  const settings = settingsOf(component, values)
  if (definition.problems.length > 0) return definition
  definition.options = optionsOf(component, settings, definition, surroundings)
  definition.ignored.push(...settings.unread())
  checkOptions(document, settings.sourceOf, definition)
  return definition
}

/**
 * Reads the values of the options. What is missing becomes a problem of the store.
 *
 * @param {Component} component
 * @param {Definition} definition
 * @param {Surroundings} surroundings
 * @param {Secrets} secrets
 */
async function readItems(component, definition, surroundings, secrets) {
  const { document, type } = component
  /** @type {Map<string, { value: unknown, item: Item }>} */
  const values = new Map()
  for (const item of component.items) {
    const malformed = (/** @type {string} */ what, /** @type {string} */ name, /** @type {string} */ remedy) =>
      document.malformed(item.path, what, { name, remedy })
    const { name, kind } = optionOf(type, item.name, /** @type {any} */ (malformed))
    if (kind === 'ignored') {
      definition.ignored.push(item.name)
      continue
    }
    const text = await orProblem(definition, name, () => textOf(component, item, surroundings, secrets))
    if (text === undefined) continue
    if (kind === 'unsupported') {
      if (!/^(n|no|false|f|off|0|)$/i.test(text)) definition.problems.push(`${name} is not supported`)
      else definition.ignored.push(item.name)
      continue
    }
    const { value, expected } = readValue(kind, text)
    if (expected !== undefined) throw document.malformed(item.path, `expected ${expected}`, { name })
    values.set(name, { value, item })
  }
  return values
}

/**
 * @param {Definition} definition
 * @param {string} name
 * @param {() => Promise<string | undefined>} read
 */
async function orProblem(definition, name, read) {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof Missing)) throw error
    definition.problems.push(`${name}: ${error.message}`)
    definition.cause ??= error.cause
    return undefined
  }
}

/** @param {Component} component @param {Item} item @param {Surroundings} surroundings @param {Secrets} secrets */
async function textOf(component, item, surroundings, secrets) {
  if (item.value !== undefined) return fill(item.value, surroundings)
  const own = item.secret && component.secrets.get(item.secret.name)
  if (own !== undefined) return own
  if (item.secret !== undefined) return secrets.read({ store: component.secretStore, ...item.secret })
  return item.variable === undefined ? undefined : variable(item.variable, surroundings)
}

/** @param {Component} component @param {Map<string, { value: unknown, item: Item }>} values @returns {import('./component-options.js').Settings} */
function settingsOf({ document, type }, values) {
  const nameOf = (/** @type {string} */ option) => (type === COSMOS ? componentName(option) : option)
  const malformed = (
    /** @type {string} */ name,
    /** @type {string} */ what,
    /** @type {string | undefined} */ remedy,
  ) => document.malformed(values.get(name)?.item.path ?? [], what, { name, remedy })
  const read = new Set()
  const get = (/** @type {string} */ name) => {
    read.add(name)
    const { value = undefined } = values.get(name) ?? {}
    return value === '' ? undefined : value
  }
  return {
    get,
    required: (name) => {
      const value = get(name)
      if (value === undefined) throw malformed(name, 'is missing', undefined)
      return value
    },
    unread: () => [...values].filter(([name]) => !read.has(name)).map(([, { item }]) => item.name),
    sourceOf: (option) => {
      const name = SOURCES[option]?.find((one) => get(one) !== undefined) ?? nameOf(option)
      return { path: values.get(name)?.item.path ?? [], name }
    },
    malformed,
  }
}

/** @param {Component} component @param {import('./component-options.js').Settings} settings @param {Definition} definition @param {Surroundings} surroundings */
function optionsOf(component, settings, definition, surroundings) {
  if (component.type === COSMOS) return cosmosOptions(settings, component, surroundings, definition)
  const ttl = settings.get('ttlInSeconds')
  const servers = component.type === 'state.redis' ? redisOptions(settings) : { url: 'memory:' }
  const keyPrefix = prefixOf(settings.get('keyPrefix'), component, surroundings, definition)
  return { ...servers, keyPrefix, ...(ttl > 0 ? { ttl } : {}) }
}

module.exports = { storeOfComponent }
