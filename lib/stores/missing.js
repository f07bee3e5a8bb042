// @ts-check
'use strict'

/** What a store lacks in this environment, such as a variable or a secret. It is a problem of that store alone. */
class Missing extends Error {}

module.exports = { Missing }
