// @ts-check
'use strict'

const { EventEmitter } = require('node:events')
const { Dispatcher } = require('../operations/dispatcher.js')

/**
 * @typedef {import('../engines/engine.js').Host} Host
 * @typedef {import('../engines/engine.js').StateEngine} StateEngine
 * @typedef {import('../../index.js').ReadOptions} ReadOptions
 */

/** The dispatcher of an adapter, for other rooms. @type {(adapter: CommandMethods) => Dispatcher} */
let dispatcherOf

/** Loaded by the first call, not by the import of the package. @type {typeof import('../operations/command.js') | undefined} */
let ofCommands
const operations = () => {
  ofCommands ??= require('../operations/command.js')
  return ofCommands
}

/**
 * The methods that work on the keys of the server, and on indexes.
 *
 * @extends {EventEmitter<import('../../index.js').RedisStateAdapterEvents>}
 */
class CommandMethods extends EventEmitter {
  #dispatcher

  static {
    dispatcherOf = (adapter) => adapter.#dispatcher
  }

  /** @param {(host: { meter: Host['meter'] }) => StateEngine} openEngine @param {boolean} stackTraces */
  constructor(openEngine, stackTraces) {
    super()
    this.#dispatcher = new Dispatcher(openEngine, stackTraces)
  }

  /** @param {readonly import('../../index.js').CommandArgument[]} args @param {import('../../index.js').CommandOptions} [options] */
  command(args, options) {
    return operations().command(this.#dispatcher, args, options)
  }

  /** @param {readonly (readonly import('../../index.js').CommandArgument[])[]} list @param {import('../../index.js').CommandOptions} [options] */
  commands(list, options) {
    return operations().commands(this.#dispatcher, list, options)
  }

  /** @param {string} lua @param {import('../../index.js').ScriptOptions} [options] */
  script(lua, options) {
    return operations().script(this.#dispatcher, lua, options)
  }

  /** @param {import('../../index.js').ReindexOptions} [options] */
  reindex(options) {
    // Loaded by the first call, not by the import of the package; so is `checkIndex`.
    return require('../operations/indexes.js').reindex(this.#dispatcher, options)
  }

  /** @param {ReadOptions} [options] */
  checkIndex(options) {
    return require('../operations/indexes.js').checkIndex(this.#dispatcher, options)
  }
}

module.exports = { CommandMethods, dispatcherOf }
