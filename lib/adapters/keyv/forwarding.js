// @ts-check
'use strict'

/**
 * @typedef {import('../../../index.js').RedisStateAdapter} State
 * @typedef {import('node:events').EventEmitter} EventEmitter
 */

/** Emits the events of a state where users of Keyv expect them. */
class Forwarding {
  #target
  /** @type {Record<string, (...args: any[]) => void>} */
  #listeners

  /** @param {EventEmitter} target */
  constructor(target) {
    this.#target = target
    this.#listeners = {
      connect: () => target.emit('connect', target),
      reconnecting: (info) => target.emit('reconnecting', info),
      end: () => target.emit('disconnect', target),
      error: (error) => this.emitError(error),
    }
  }

  /** @param {State} state */
  start(state) {
    for (const [name, listener] of Object.entries(this.#listeners)) on(state, name, listener)
  }

  /** @param {State | undefined} state */
  end(state) {
    for (const [name, listener] of Object.entries(this.#listeners)) off(state, name, listener)
  }

  /** Keyv 6 throws an error that it has no listener for. Here no call could reject with it. @param {unknown} error */
  emitError(error) {
    try {
      this.#target.emit('error', error)
    } catch (thrown) {
      if (thrown !== error) throw thrown
    }
  }
}

/** @param {any} emitter @param {string} name @param {(...args: any[]) => void} listener */
function on(emitter, name, listener) {
  emitter.on(name, listener)
}

/** @param {any} emitter @param {string} name @param {(...args: any[]) => void} listener */
function off(emitter, name, listener) {
  emitter?.off(name, listener)
}

module.exports = { Forwarding }
