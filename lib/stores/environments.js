// @ts-check
'use strict'

const { kindOf } = require('../input/received.js')
const { suggestionFor } = require('../input/suggestion.js')
const { isRecord, malformed, shownName } = require('./malformed.js')

/** Roles of the stores in one environment. */
class Roles {
  #stores
  #fallback
  #isKnown

  /**
   * @param {string} environment
   * @param {{ stores?: Map<string, string>, fallback?: string, isKnown?: (role: string) => boolean, areGiven?: boolean }} [roles]
   *   `fallback`: the store of the roles that only other environments list; `areGiven`: false if there are no environments
   */
  constructor(environment, { stores = new Map(), fallback, isKnown = () => false, areGiven = true } = {}) {
    this.environment = environment
    this.areGiven = areGiven
    this.#stores = stores
    this.#fallback = fallback
    this.#isKnown = isKnown
  }

  /** Name of the store that has a role; `undefined` if there is none. @param {string} role */
  storeOf(role) {
    return this.#stores.get(role) ?? (this.#isKnown(role) ? this.#fallback : undefined)
  }

  /** The roles of this environment. */
  get names() {
    return [...this.#stores.keys()]
  }

  /** Roles of a store. @param {string} store */
  of(store) {
    return this.names.filter((role) => this.#stores.get(role) === store)
  }

  /** Names of the stores that have a role. */
  get used() {
    return new Set([...this.#stores.values(), ...(this.#fallback === undefined ? [] : [this.#fallback])])
  }
}

/**
 * Chooses the roles of the environment.
 *
 * @param {unknown} environments by name: the store of every role, or the store of each role
 * @param {{ environment?: string, env: Record<string, string | undefined>, names: string[], outOfScope: string[] }} input
 *   `names`: of the stores; `outOfScope`: of those that are not for this app
 */
function chooseRoles(environments, { environment, env, names, outOfScope }) {
  const name = environment ?? (env.NODE_ENV || 'development')
  if (environments === undefined) return new Roles(name, { areGiven: false })
  if (!isRecord(environments)) throw malformed('environments', `expected an object, got ${kindOf(environments)}`)
  const all = new Map(Object.keys(environments).map((one) => [one, readRoles(environments[one], one)]))
  const known = new Set([...all.values()].flatMap((roles) => (typeof roles === 'string' ? [] : [...roles.keys()])))
  const chosen = all.get(name) ?? all.get('default')
  if (chosen === undefined) {
    if (environment === undefined) return new Roles(name)
    throw malformed(
      'environment',
      `environments has neither "${shownName(name)}" nor default`,
      suggestionFor(name, [...all.keys()]),
    )
  }
  const within = all.has(name) ? name : 'default'
  const stores = typeof chosen === 'string' ? new Map([...known].map((role) => [role, chosen])) : chosen
  const fallback = typeof chosen === 'string' ? chosen : chosen.get('fallback')
  const given = typeof chosen === 'string' ? [['', chosen]] : [...stores]
  checkStores(given, `environments.${shownName(within)}`, { names, outOfScope })
  return new Roles(name, { stores, fallback, isKnown: (role) => known.has(role) })
}

/** @param {unknown} roles @param {string} environment */
function readRoles(roles, environment) {
  const at = `environments.${shownName(environment)}`
  if (typeof roles === 'string') return roles
  if (!isRecord(roles)) throw malformed(at, `expected the name of a store, or an object of roles, got ${kindOf(roles)}`)
  const wrong = Object.keys(roles).find((role) => typeof roles[role] !== 'string')
  if (wrong !== undefined) throw malformed(`${at}.${shownName(wrong)}`, 'expected the name of a store')
  return new Map(Object.entries(roles))
}

/** @param {string[][]} stores by role @param {string} at @param {{ names: string[], outOfScope: string[] }} known */
function checkStores(stores, at, { names, outOfScope }) {
  const wrong = stores.find(([, store]) => !names.includes(store))
  if (wrong === undefined) return
  const [role, store] = wrong
  const place = role === '' ? at : `${at}.${shownName(role)}`
  if (outOfScope.includes(store)) throw malformed(place, `the scopes of the store "${store}" do not have this appId`)
  const remedy = suggestionFor(store, names) ?? `The stores are ${names.join(', ') || 'none'}.`
  throw malformed(place, `there is no store "${shownName(store)}"`, remedy)
}

module.exports = { Roles, chooseRoles }
