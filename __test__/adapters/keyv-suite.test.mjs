// @ts-check
// The suite of Keyv 5 for its stores, @keyv/test-suite.

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { KeyvRedis } from 'redis-state-adapter/keyv'
import { cachedInstall, NotInstallable } from '../../scripts/cached-install.mjs'
import { vitest } from './support/expect.mjs'
import { onEveryPlace } from './support/places.mjs'

/** What the suite depends on and its tests do not use: a database and the runner, of which ./support/expect.mjs has what they need. */
const UNUSED = ['sqlite3', 'vitest', '@vitest/coverage-v8']

function install() {
  const nothing = `file:${fileURLToPath(new URL('keyv-suite/nothing', import.meta.url))}`
  const overrides = Object.fromEntries(UNUSED.map((name) => [name, nothing]))
  return cachedInstall('keyv-suite', { '@keyv/test-suite': '2.1.2', keyv: '5.6.0' }, undefined, overrides)
}

/** @type {string | undefined} */
let folder
try {
  folder = install()
} catch (error) {
  if (!(error instanceof NotInstallable)) throw error
  it('the suite of Keyv', { skip: error.message }, () => {})
}

if (folder !== undefined) {
  const require = createRequire(join(folder, 'package.json'))
  const [{ default: suite, keyvIteratorTests }, { Keyv }] = [require('@keyv/test-suite'), require('keyv')]
  onEveryPlace('the suite of Keyv 5', (getPlace) => {
    const store = () => new KeyvRedis(getPlace().state)
    suite(vitest, Keyv, store)
    keyvIteratorTests(vitest, Keyv, store)
  })
}
