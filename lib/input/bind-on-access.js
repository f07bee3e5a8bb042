// @ts-check
'use strict'

const { locating } = require('../call-site.js')

/**
 * Returns an object whose methods work without it and through a Proxy of it, as those that `bindMembers` binds. Each is bound when
 * it is first accessed: binding many of them takes longer than the rest of a constructor.
 *
 * @template {object} T
 * @param {T} object of a class without getters
 * @param {boolean} stackTraces whether errors of the methods get the stack of the call
 * @returns {T}
 */
function bindOnAccess(object, stackTraces) {
  return new Proxy(object, new Binder(object, stackTraces))
}

/** @implements {ProxyHandler<any>} */
class Binder {
  #object
  #prototype
  #stackTraces
  /** @type {Map<string | symbol, Function>} */
  #bound = new Map()

  /** @param {object} object @param {boolean} stackTraces */
  constructor(object, stackTraces) {
    this.#object = object
    this.#prototype = Object.getPrototypeOf(object)
    this.#stackTraces = stackTraces
  }

  /** @param {any} object @param {string | symbol} name */
  get(object, name) {
    return Object.hasOwn(object, name) ? object[name] : (this.#methodOf(name) ?? object[name])
  }

  /**
   * Mocking tools take the method that they replace, and may call, from its descriptor.
   *
   * @param {any} object
   * @param {string | symbol} name
   */
  getOwnPropertyDescriptor(object, name) {
    const own = Object.getOwnPropertyDescriptor(object, name)
    const value = own === undefined ? this.#methodOf(name) : undefined
    return value === undefined ? own : { value, writable: true, enumerable: false, configurable: true }
  }

  /**
   * An assignment changes only the value of the property that `getOwnPropertyDescriptor` shows.
   *
   * @param {any} object
   * @param {string | symbol} name
   * @param {PropertyDescriptor} descriptor
   */
  defineProperty(object, name, descriptor) {
    const current = this.getOwnPropertyDescriptor(object, name)
    if (current !== undefined) Reflect.defineProperty(object, name, current)
    return Reflect.defineProperty(object, name, descriptor)
  }

  /** @param {string | symbol} name */
  #methodOf(name) {
    const bound = this.#bound.get(name)
    if (bound !== undefined || name === 'constructor' || !Object.hasOwn(this.#prototype, name)) return bound
    const method = this.#bind(this.#prototype[name])
    this.#bound.set(name, method)
    return method
  }

  /** @param {any} method */
  #bind(method) {
    const bound = method.bind(this.#object)
    return this.#stackTraces ? locating(bound) : bound
  }
}

module.exports = { bindOnAccess }
