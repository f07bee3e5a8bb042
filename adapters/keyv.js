// @ts-check
'use strict'

const { KeyvRedis, RedisErrorMessages, creating, defaultReconnectStrategy } = require('../lib/adapters/keyv/index.js')

/** Loaded when it is used. @returns {any} */
const loadKeyv = () => require('keyv').Keyv

const { createKeyv, createKeyvNonBlocking } = creating(loadKeyv)

module.exports = {
  KeyvRedis,
  RedisErrorMessages,
  default: KeyvRedis,
  createKeyv,
  createKeyvNonBlocking,
  defaultReconnectStrategy,
  get Keyv() {
    return loadKeyv()
  },
}

// For the module beside this file.
Object.defineProperty(module.exports, 'creating', { value: creating })
