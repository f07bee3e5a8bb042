// @ts-check
'use strict'

/** A prefix that ends with a sign keeps it; otherwise a colon is added, as the keys of entries have them. */
const ENDS_WITH_SIGN = /[^\p{L}\p{N}]$/u

/**
 * The key prefix of the store of a component. The words are those of Dapr, and separated by "||" as there.
 *
 * @param {string | undefined} keyPrefix as the component has it
 * @param {{ name: string, namespace?: string }} component
 * @param {import('./placeholders.js').Surroundings} surroundings
 * @param {import('./definition.js').Definition} definition gets the problem if a name is missing
 * @returns {string | false}
 */
function prefixOf(keyPrefix, { name, namespace }, { appId, env }, definition) {
  const word = keyPrefix?.toLowerCase()
  const within = namespace ?? env.NAMESPACE
  if (keyPrefix === undefined || keyPrefix === '') return `${name}:`
  if (word === 'none') return false
  if (word === 'name') return `${name}||`
  if (word === 'appid' && appId !== undefined) return `${appId}||`
  if (word === 'namespace' && appId !== undefined && within) return `${within}.${appId}||`
  if (word === 'appid' || word === 'namespace') {
    const needed = appId === undefined ? 'the option appId of StateStores.load' : 'metadata.namespace'
    definition.problems.push(`keyPrefix: ${word} needs ${needed}`)
  }
  return ENDS_WITH_SIGN.test(keyPrefix) ? keyPrefix : `${keyPrefix}:`
}

module.exports = { prefixOf }
