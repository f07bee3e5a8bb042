// @ts-check
'use strict'

const { readStrings, removeKeys } = require('../raw-keys.js')
const { nodesOf, scanKeys } = require('../scan-keys.js')

/**
 * @typedef {import('../../../index.js').RedisStateAdapter} State
 * @typedef {import('./settings.js').Settings} Settings
 */

/** About as many keys as one step of an iteration reads. */
const KEYS_PER_STEP = 100

/**
 * The entries of a namespace. Without one: those whose keys have no separator, or all.
 *
 * @param {State} state
 * @param {Settings} settings
 * @param {string | undefined} namespace
 * @returns {AsyncGenerator<[key: string, value: string], void>}
 */
async function* entriesOf(state, settings, namespace) {
  const prefix = namespace ? namespace + settings.keyPrefixSeparator : ''
  for await (const keys of keysOf(state, settings, { prefix, count: KEYS_PER_STEP })) {
    const values = await readStrings(state, keys)
    for (const [at, value] of values.entries()) {
      // Removed since the step.
      if (value !== null) yield [keys[at].slice(prefix.length), value]
    }
  }
}

/**
 * Removes the entries of the namespace. Without one: those whose keys have no separator, or the database.
 *
 * @param {State} state
 * @param {Settings} settings
 */
async function clearKeys(state, settings) {
  const { prefix, useUnlink, noNamespaceAffectsAll, clearBatchSize: count } = settings
  if (prefix === '' && noNamespaceAffectsAll && (await flush(state, useUnlink))) return
  for await (const keys of keysOf(state, settings, { prefix, count })) {
    await removeKeys(state, keys, useUnlink ? 'UNLINK' : 'DEL')
  }
}

/**
 * @param {State} state
 * @param {Settings} settings
 * @param {{ prefix: string, count: number }} wanted
 */
async function* keysOf(state, { keyPrefixSeparator, noNamespaceAffectsAll }, { prefix, count }) {
  const hasNoNamespace = (/** @type {string} */ key) => !key.includes(keyPrefixSeparator)
  for await (const keys of scanKeys(state, prefix, count, 'string')) {
    yield prefix === '' && !noNamespaceAffectsAll ? keys.filter(hasNoNamespace) : keys
  }
}

/**
 * Empties the database of every primary; whether that is possible.
 *
 * @param {State} state
 * @param {boolean} inBackground
 */
async function flush(state, inBackground) {
  const command = inBackground ? ['FLUSHDB', 'ASYNC'] : ['FLUSHDB']
  try {
    await Promise.all((await nodesOf(state)).map((key) => state.command(command, { key })))
    return true
  } catch (error) {
    if (/** @type {any} */ (error).code !== 'ERR_UNSUPPORTED') throw error
    return false
  }
}

module.exports = { clearKeys, entriesOf }
