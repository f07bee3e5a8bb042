// @ts-check
'use strict'

const { RedisStateError } = require('../errors.js')
const { inspector } = require('./inspector.js')

module.exports = { RedisStateError, inspector }
