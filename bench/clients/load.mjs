// @ts-check

/**
 * A package of bench/node_modules. Untyped, as type checks of the repository run without it.
 *
 * @param {string} name
 * @returns {Promise<any>}
 */
export function load(name) {
  return import(name)
}
