// @ts-check
// `it` of the files of the contract: a store can lack what a test is about.

import { it as declare } from 'node:test'

/**
 * @typedef {Record<string, string>} Reasons why tests are skipped, by their names
 * @typedef {(t: import('node:test').TestContext) => void | Promise<void>} Body
 */

/** @type {{ reasons: Reasons, met: Set<string> }} */
let current = { reasons: {}, met: new Set() }

/** @param {string} name @param {Body} body */
export function it(name, body) {
  const reason = Object.hasOwn(current.reasons, name) ? current.reasons[name] : undefined
  if (reason === undefined) return declare(name, body)
  current.met.add(name)
  return declare(name, { skip: reason }, () => {})
}

/**
 * Declares tests without those that have a reason. Throws if there is no test of such a name.
 *
 * @param {Reasons} reasons
 * @param {() => void} declareAll
 */
export function skipping(reasons, declareAll) {
  const before = current
  current = { reasons, met: new Set() }
  try {
    declareAll()
    const missing = Object.keys(reasons).filter((name) => !current.met.has(name))
    if (missing.length > 0) throw new Error(`no tests of these names: ${missing.join(', ')}`)
  } finally {
    current = before
  }
}
