// @ts-check

import { NoSuchNode, nodeOf } from '../../scripts/node-versions.mjs'

/**
 * @param {import('node:test').TestContext} t skipped if that version of Node.js is not available on this machine
 * @param {number | string} version
 * @returns {string | undefined} path of its binary
 */
export function nodeOrSkip(t, version) {
  try {
    return nodeOf(String(version))
  } catch (error) {
    if (!(error instanceof NoSuchNode)) throw error
    t.skip(`no Node.js ${version} for this machine: ${error.message}`)
  }
}
