// @ts-check
'use strict'

/** Entries that a command names as a remark, such as those that it skips; it counts the others. */
const MAX_NAMED = 10

module.exports = { MAX_NAMED }
