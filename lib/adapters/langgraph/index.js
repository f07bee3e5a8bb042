// @ts-check
'use strict'

const { defineSaver } = require('./saver.js')
const { defineStore } = require('./store.js')

/**
 * Makes the classes of this adapter. Entry points pass the package of LangGraph as their module system loads it: users have the same
 * base classes.
 *
 * @param {typeof import('@langchain/langgraph-checkpoint')} peer
 */
function defineClasses(peer) {
  return { RedisSaver: defineSaver(peer), RedisStore: defineStore(peer) }
}

module.exports = { defineClasses }
