// @ts-check
'use strict'

/**
 * Names that have the same key without hash tags: the key `b:c` of the trace `a`, and the key `c` of the trace `a:b`.
 *
 * @typedef {import('./place.js').Name} Name
 * @typedef {import('./place.js').Place} Place
 */

/**
 * Finds the names that are one key of the target together with another entry of the source.
 *
 * @param {{ source: Place, target: Place }} places
 * @param {Name[]} names
 * @param {(alias: Name, name: Name) => boolean} [isWanted] which other entries
 * @returns {Promise<Set<Name>>}
 */
async function withAliases({ source, target }, names, isWanted = () => true) {
  if (source.joinsNames || !target.joinsNames) return new Set()
  const pairs = names.flatMap((name) =>
    aliasesOf(name)
      .filter((alias) => source.mayHave(alias.traceId) && isWanted(alias, name))
      .map((alias) => ({ name, alias })),
  )
  if (pairs.length === 0) return new Set()
  const found = await source.read(pairs.map(({ alias }) => alias))
  return new Set(pairs.filter((_, index) => found[index] !== null).map(({ name }) => name))
}

/** @param {Name} name @returns {Name[]} */
function aliasesOf({ traceId, key }) {
  const full = `${traceId}:${key}`
  const aliases = []
  for (let at = full.indexOf(':'); at !== -1; at = full.indexOf(':', at + 1))
    if (at !== traceId.length) aliases.push({ traceId: full.slice(0, at), key: full.slice(at + 1) })
  return aliases
}

module.exports = { withAliases }
