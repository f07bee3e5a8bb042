// @ts-check

import { NoSuchNode, nodeOfMajor } from '../../scripts/node-versions.mjs'

/**
 * @param {import('node:test').TestContext} t which is skipped where this machine cannot get that version of Node.js
 * @param {number} major
 * @returns {string | undefined} path of its binary
 */
export function nodeOrSkip(t, major) {
  try {
    return nodeOfMajor(major)
  } catch (error) {
    if (!(error instanceof NoSuchNode)) throw error
    t.skip(`no Node.js ${major} for this machine: ${error.message}`)
  }
}
