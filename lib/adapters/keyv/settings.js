// @ts-check
'use strict'

const { EventEmitter } = require('node:events')
const { DEFAULTS, readKeyvOptions } = require('./options.js')

/** @typedef {import('./options.js').KeyvOptions} KeyvOptions */

/** As Keyv itself has it: several instances of Keyv may share one adapter. */
const MAX_LISTENERS = 100

/** The options of an adapter for Keyv, each of which can be read and set later. */
class Settings extends EventEmitter {
  #options = /** @type {KeyvOptions & typeof DEFAULTS} */ (DEFAULTS)
  #prefix = ''

  constructor() {
    super()
    this.setMaxListeners(MAX_LISTENERS)
  }

  /** What keys begin with. */
  get prefix() {
    return this.#prefix
  }

  get namespace() {
    return this.#options.namespace || undefined
  }

  /** Keyv sets it, also to undefined. */
  set namespace(namespace) {
    this.opts = { namespace: namespace ?? '' }
  }

  get keyPrefixSeparator() {
    return this.#options.keyPrefixSeparator
  }

  set keyPrefixSeparator(keyPrefixSeparator) {
    this.opts = { keyPrefixSeparator }
  }

  get clearBatchSize() {
    return this.#options.clearBatchSize
  }

  set clearBatchSize(clearBatchSize) {
    this.opts = { clearBatchSize }
  }

  get useUnlink() {
    return this.#options.useUnlink
  }

  set useUnlink(useUnlink) {
    this.opts = { useUnlink }
  }

  get noNamespaceAffectsAll() {
    return this.#options.noNamespaceAffectsAll
  }

  set noNamespaceAffectsAll(noNamespaceAffectsAll) {
    this.opts = { noNamespaceAffectsAll }
  }

  get throwOnConnectError() {
    return this.#options.throwOnConnectError
  }

  set throwOnConnectError(throwOnConnectError) {
    this.opts = { throwOnConnectError }
  }

  get throwOnErrors() {
    return this.#options.throwOnErrors
  }

  set throwOnErrors(throwOnErrors) {
    this.opts = { throwOnErrors }
  }

  get connectionTimeout() {
    return this.#options.connectionTimeout
  }

  set connectionTimeout(connectionTimeout) {
    this.#options = { ...this.#options, connectionTimeout: undefined }
    this.opts = { connectionTimeout }
  }

  /** Keyv 5 iterates over a store only if it knows this dialect. @returns {any} */
  get opts() {
    return {
      connectionTimeout: undefined,
      ...this.#options,
      namespace: this.namespace,
      dialect: 'redis',
      url: 'redis:',
    }
  }

  set opts(options) {
    this.#options = { ...this.#options, ...readKeyvOptions(options) }
    const { namespace, keyPrefixSeparator } = this.#options
    this.#prefix = namespace ? namespace + keyPrefixSeparator : ''
  }

  /**
   * An error that no one listens to is no exception here: the call says it.
   *
   * @param {string} event
   * @param {any[]} args
   */
  emit(event, ...args) {
    if (event === 'error' && this.listenerCount('error') === 0) return false
    return super.emit(event, ...args)
  }
}

module.exports = { Settings }
