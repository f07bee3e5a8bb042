// @ts-check
'use strict'

const { RedisStateError, inspector } = require('../lib/inspector/index.js')

module.exports = { RedisStateError, inspector }
