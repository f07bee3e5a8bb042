// @ts-check
'use strict'

const { locating } = require('../call-site.js')

/**
 * Binds the methods and getters that a class defines to one of its objects. Without that, they would fail where `this` is another
 * object, which has none of the private fields: when they are called through a Proxy, as dependency-injection containers and
 * mocking tools do, or without the object (`const { get } = state`).
 *
 * @param {object} object
 * @param {object} prototype of the class
 * @param {boolean} stackTraces whether errors of the methods get the stack of the call
 */
function bindMembers(object, prototype, stackTraces) {
  for (const name of Reflect.ownKeys(prototype)) {
    if (name !== 'constructor') Object.defineProperty(object, name, bound(object, prototype, name, stackTraces))
  }
}

/**
 * Takes the member of a subclass that overrides it.
 *
 * @param {any} object
 * @param {object} prototype
 * @param {string | symbol} name
 * @param {boolean} stackTraces
 * @returns {PropertyDescriptor}
 */
function bound(object, prototype, name, stackTraces) {
  if (Object.getOwnPropertyDescriptor(prototype, name)?.get === undefined) {
    const method = boundMethod(object, object[name], typeof name === 'symbol')
    return { value: stackTraces ? locating(method) : method, writable: true, configurable: true }
  }
  const ofClass = Object.getPrototypeOf(object)
  return { get: () => Reflect.get(ofClass, name, object), configurable: true }
}

/**
 * @param {object} object
 * @param {(...inputs: any[]) => any} method
 * @param {boolean} byLanguage the language may call it: `await using` of Node.js 24 fails with a function that `bind` made
 */
function boundMethod(object, method, byLanguage) {
  return byLanguage ? (/** @type {unknown[]} */ ...inputs) => method.apply(object, inputs) : method.bind(object)
}

module.exports = { bindMembers }
