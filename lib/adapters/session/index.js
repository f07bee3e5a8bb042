// @ts-check
'use strict'

const { RedisStateError } = require('../../errors.js')
const { RedisStore } = require('./redis-store.js')

module.exports = { RedisStateError, RedisStore }
