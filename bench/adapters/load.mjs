// @ts-check

/**
 * Loads a package of bench/adapters/node_modules. Untyped, because the type check of the repository runs without it.
 *
 * @param {string} name
 * @returns {Promise<any>}
 */
export function load(name) {
  return import(name)
}
