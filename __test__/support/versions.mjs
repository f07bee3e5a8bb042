// @ts-check
// Servers of other versions, if available: scripts/test.mjs sets these variables.

const { REDIS_6_2, REDIS_8, VALKEY_8, VALKEY_9 } = process.env

/** @type {[version: string, program: string | undefined][]} */
const all = [
  ['redis 6.2', REDIS_6_2],
  ['redis 8', REDIS_8],
  ['valkey 8', VALKEY_8],
  ['valkey 9', VALKEY_9],
]

/** Name and binary of each available version. */
export const VERSIONS = all.flatMap(([name, program]) => (program ? [/** @type {const} */ ([name, program])] : []))
