// @ts-check
'use strict'

const { isDeepStrictEqual } = require('node:util')
const { RedisStateError, invalidConfig, ofCall } = require('../errors.js')
const { readFields } = require('../input/input.js')
const { any, boundedInt, kind, withDefault } = require('../input/option-kinds.js')
const { MAX_TIMER_MS } = require('../time.js')
const { readComponent } = require('./component.js')
const { storeOfComponent } = require('./component-store.js')
const { chooseRoles } = require('./environments.js')
const { isRecord, malformed } = require('./malformed.js')
const { plainStore } = require('./plain-store.js')
const { separateSecrets } = require('./secret-stores.js')
const { Secrets } = require('./secrets.js')
const { warnOfSharedEntries } = require('./shared-entries.js')
const { readSource } = require('./sources.js')

/**
 * @typedef {import('./definition.js').Definition} Definition
 * @typedef {import('./document.js').Document} Document
 * @typedef {import('./component.js').Component} Component
 *
 * @typedef {object} Loaded
 * @property {Map<string, Definition>} definitions by name
 * @property {Map<string, string[]>} outOfScope scopes of the stores that are not for this app, by name
 * @property {import('./environments.js').Roles} roles
 */

const LOAD = { operation: 'StateStores.load' }
const SECRETS_TIMEOUT = 10_000
const NAME = /^[A-Za-z0-9_][\w.-]{0,127}$/

const nonEmpty = kind('a text that is not empty', (value) => typeof value === 'string' && value !== '')

const OPTIONS = {
  environment: nonEmpty,
  environments: any,
  secrets: kind('a function', (value) => typeof value === 'function'),
  secretsTimeout: withDefault(boundedInt(1, MAX_TIMER_MS, 'whole milliseconds'), SECRETS_TIMEOUT),
  appId: nonEmpty,
  env: kind('an object of variables', isRecord),
}

/**
 * Reads the configuration of stores. Nothing is opened.
 *
 * @param {unknown} source
 * @param {unknown} options
 * @returns {Promise<Loaded>}
 */
async function load(source, options) {
  try {
    return await loadChecked(source, readFields(options ?? {}, OPTIONS, { at: 'options', noun: 'option' }))
  } catch (error) {
    const isOwn = error instanceof RedisStateError
    // Getters and proxies of the caller may throw.
    throw ofCall(isOwn ? error : invalidConfig('the configuration cannot be read', { cause: error }), LOAD)
  }
}

/** @param {unknown} source @param {Record<string, any>} options @returns {Promise<Loaded>} */
async function loadChecked(
  source,
  { environment, environments, secrets: ask, secretsTimeout, appId, env = process.env },
) {
  const { documents } = await readSource(source)
  const surroundings = { env, appId }
  const { secretStores, others } = separateSecrets(documents)
  const secrets = new Secrets(secretStores, surroundings, { ask, timeout: secretsTimeout })
  const plain = others.filter(({ value }) => isRecord(value) && 'stores' in value)
  const components = others
    .filter((document) => !plain.includes(document))
    .map(readComponent)
    .filter(isDefined)
  const states = components.filter(({ type }) => type.startsWith('state.'))
  const inScope = states.filter(({ scopes }) => appId === undefined || scopes.length === 0 || scopes.includes(appId))
  const readers = [
    ...plain.flatMap((document) => plainReaders(document, { surroundings, secrets })),
    ...inScope.map((component) => () => readNamed(component, () => storeOfComponent(component, surroundings, secrets))),
  ]
  const definitions = await Promise.all(readers.map((read) => read())).finally(() => secrets.end())
  const byName = indexed(definitions)
  const own = environments === undefined ? environmentsOf(plain) : undefined
  const outOfScope = new Map(states.filter((one) => !inScope.includes(one)).map(({ name, scopes }) => [name, scopes]))
  const names = { names: [...byName.keys()], outOfScope: [...outOfScope.keys()] }
  const roles = chooseRoles(environments ?? own, { environment, env, ...names })
  warnOfSharedEntries(definitions)
  return { definitions: byName, outOfScope, roles }
}

/**
 * Functions that read the stores of a document. None runs before all documents were checked, as a failure of one would otherwise
 * leave the others without a listener.
 *
 * @param {Document} document
 * @param {{ surroundings: import('./placeholders.js').Surroundings, secrets: Secrets }} context
 */
function plainReaders(document, context) {
  const { stores } = document.record(document.value, [], ['stores', 'environments'])
  const all = document.record(stores, ['stores'])
  return Object.keys(all).map(
    (name) => () =>
      readNamed({ document, name }, () =>
        plainStore(document, name, ['stores', name], { value: all[name], ...context }),
      ),
  )
}

/**
 * Checks the name of a store, which becomes a part of keys and of messages.
 *
 * @param {{ document: Document, name: string }} store
 * @param {() => Promise<Definition>} read
 */
async function readNamed({ document, name }, read) {
  if (NAME.test(name)) return read()
  throw document.malformed([], 'the name of a store has letters, digits, ".", "_" and "-"')
}

/** The environments of the files: of one, or the same in all. @param {Document[]} plain */
function environmentsOf(plain) {
  const [first, ...others] = plain.filter(({ value }) => /** @type {any} */ (value).environments !== undefined)
  const own = (/** @type {Document} */ { value }) => /** @type {any} */ (value).environments
  const other = others.find((document) => !isDeepStrictEqual(own(document), own(first)))
  if (other === undefined) return first && own(first)
  throw other.malformed(['environments'], `differ from those in ${first.file}`, {
    remedy: 'Have them in one file, or in the option environments.',
  })
}

/** @param {Definition[]} definitions */
function indexed(definitions) {
  /** @type {Map<string, Definition>} */
  const byName = new Map()
  for (const definition of definitions) {
    const { name, source } = definition
    const other = byName.get(name)
    if (other !== undefined)
      throw malformed(source, `the name ${name} is there twice, also in ${other.source || 'stores'}`)
    byName.set(name, definition)
  }
  return byName
}

/** @template T @param {T | undefined} value @returns {value is T} */
function isDefined(value) {
  return value !== undefined
}

module.exports = { load }
