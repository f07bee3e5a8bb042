// @ts-check
// Configurations of stores for one test.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StateStores } from 'redis-state-adapter'

/** @import { TestContext } from 'node:test' */

/**
 * Writes files into a folder of their own, removed after the test.
 *
 * @param {TestContext} t
 * @param {Record<string, string | Buffer>} files contents by name
 */
export async function folderOf(t, files) {
  const folder = await mkdtemp(join(tmpdir(), 'stores-'))
  t.after(() => rm(folder, { recursive: true }))
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)))
  return folder
}

/**
 * Loads stores, which are closed after the test.
 *
 * @param {TestContext} t
 * @param {Parameters<typeof StateStores.load>} args
 */
export async function loadedStores(t, ...args) {
  const stores = await StateStores.load(...args)
  t.after(() => stores.close())
  return stores
}

/** A component file of Dapr. @param {string} name @param {string} metadata @param {string} [more] */
export function component(name, metadata, more = '') {
  return `apiVersion: dapr.io/v1alpha1
kind: Component
metadata:
  name: ${name}
spec:
  type: state.redis
  version: v1
  metadata:
${metadata}
${more}`
}

/** @param {TestContext} t @param {string} text @param {object} [options] */
export async function loadText(t, text, options = {}) {
  const folder = await folderOf(t, { 'store.yaml': text })
  return loadedStores(t, join(folder, 'store.yaml'), { env: {}, ...options })
}
