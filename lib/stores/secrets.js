// @ts-check
'use strict'

const { dirname, isAbsolute, resolve } = require('node:path')
const { existsSync } = require('node:fs')
const { clearTimeout, setTimeout } = require('../time.js')
const { isRecord } = require('./malformed.js')
const { Missing } = require('./missing.js')
const { variable } = require('./placeholders.js')
const { parseJson, readText } = require('./sources.js')

/**
 * @typedef {import('./placeholders.js').Surroundings} Surroundings
 *
 * @typedef {object} SecretRef
 * @property {string} [store] name of the secret store
 * @property {string} name
 * @property {string} key
 *
 * @typedef {object} SecretStore one that needs no service
 * @property {string} name
 * @property {'secretstores.local.env' | 'secretstores.local.file'} type
 * @property {Record<string, string>} settings names in lower case
 * @property {string} file of the component
 */

/** Reads secrets: from secret stores that are files or variables, and from the function of the caller. */
class Secrets {
  #stores
  #surroundings
  #ask
  #timeout
  /** Contents of secret files, by path. @type {Map<string, Promise<any>>} */
  #files = new Map()
  /** Secrets that the caller was asked for, by reference. @type {Map<string, Promise<unknown>>} */
  #asked = new Map()
  /** Functions that end the wait for a secret. @type {Set<() => void>} */
  #waits = new Set()
  #hasEnded = false

  /**
   * @param {SecretStore[]} stores
   * @param {Surroundings} surroundings
   * @param {{ ask?: Function, timeout: number }} options `ask`: the option `secrets`
   */
  constructor(stores, surroundings, { ask, timeout }) {
    this.#stores = new Map(stores.map((store) => [store.name, store]))
    this.#surroundings = surroundings
    this.#ask = ask
    this.#timeout = timeout
  }

  /** Asks for no more secrets, and waits for none: after `load` failed, a timer would keep the process alive. */
  end() {
    this.#hasEnded = true
    for (const end of this.#waits) end()
  }

  /** Throws `Missing` if the secret is nowhere. @param {SecretRef} ref @returns {Promise<string>} */
  async read(ref) {
    const store = ref.store === undefined ? undefined : this.#stores.get(ref.store)
    const found = store === undefined ? undefined : await this.#readFrom(store, ref)
    const value = found ?? (await this.#askOnce(ref))
    if (typeof value === 'string' && value !== '') return value
    throw new Missing(`the secret ${shownRef(ref)} ${problemOf(value)}`)
  }

  /** @param {SecretStore} store @param {SecretRef} ref */
  async #readFrom(store, ref) {
    if (store.type === 'secretstores.local.file') return findIn(await this.#contents(store), store, ref)
    const name = `${store.settings.prefix ?? ''}${ref.name}`
    return this.#surroundings.env[name] ? variable(name, this.#surroundings) : undefined
  }

  /** @param {SecretStore} store */
  #contents({ settings, file }) {
    const path = secretsPath({ settings, file })
    if (path === undefined) throw new Missing(`the file of secrets of ${file} is missing`)
    const contents = this.#files.get(path) ?? readText(path, path).then((text) => parseJson(text, path))
    this.#files.set(path, contents)
    return contents
  }

  /** Stores may share a secret. @param {SecretRef} ref */
  #askOnce(ref) {
    const id = JSON.stringify([ref.store, ref.name, ref.key])
    const asked = this.#asked.get(id) ?? this.#askFor(ref)
    this.#asked.set(id, asked)
    return asked
  }

  /** @param {SecretRef} ref */
  async #askFor(ref) {
    if (this.#ask === undefined) {
      throw new Missing(`the secret ${shownRef(ref)} is missing: give StateStores.load the option secrets`)
    }
    const late = `the option secrets did not return ${shownRef(ref)} in time`
    if (this.#hasEnded) throw new Missing(late)
    const { promise, expire, end } = deadline(this.#timeout, late)
    this.#waits.add(expire)
    try {
      return await Promise.race([this.#ask({ ...ref }), promise])
    } catch (error) {
      if (error instanceof Missing) throw error
      throw new Missing(`the option secrets threw an error for ${shownRef(ref)}`, { cause: error })
    } finally {
      this.#waits.delete(expire)
      end()
    }
  }
}

/** A promise that rejects after the timeout, or at once by `expire`. @param {number} timeout @param {string} what */
function deadline(timeout, what) {
  let expire = () => {}
  /** @type {any} */
  let timer
  const promise = new Promise((_, reject) => {
    expire = () => reject(new Missing(what))
    timer = setTimeout(expire, timeout)
  })
  return { promise, expire, end: () => clearTimeout(timer) }
}

/**
 * The path of the file of a secret store; `undefined` if there is none. Dapr takes the path from its working directory; a path
 * beside the component is more useful.
 *
 * @param {Pick<SecretStore, 'settings' | 'file'>} store
 */
function secretsPath({ settings: { secretsfile: path }, file }) {
  if (path === undefined) return undefined
  const candidates = isAbsolute(path) ? [path] : [resolve(path), resolve(dirname(file), path)]
  return candidates.find((candidate) => existsSync(candidate))
}

/**
 * Finds a secret in the object of a file: nested names are joined by the separator, as in Dapr.
 *
 * @param {any} contents
 * @param {SecretStore} store
 * @param {SecretRef} ref
 */
function findIn(contents, { settings }, { name, key }) {
  const separator = settings.nestedseparator ?? ':'
  // Neither the name alone nor the key alone: the key "password" of another name would be the password of another server.
  const path = (name === key ? name : `${name}${separator}${key}`).split(separator)
  const value = path.reduce((at, part) => (isRecord(at) && Object.hasOwn(at, part) ? at[part] : undefined), contents)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/** @param {unknown} value of a secret, which is no text */
function problemOf(value) {
  if (value === undefined || value === null) return 'is missing'
  return value === '' ? 'is empty' : 'is no text'
}

/** @param {SecretRef} ref */
function shownRef({ store, name, key }) {
  const within = store === undefined ? '' : ` of the secret store "${store}"`
  return `${name === key ? `"${name}"` : `"${name}", key "${key}"`}${within}`
}

module.exports = { Secrets, secretsPath }
