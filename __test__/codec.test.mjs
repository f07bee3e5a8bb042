// @ts-check

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { it } from 'node:test'

const require = createRequire(import.meta.url)
const { RECORDS } = require('../lib/engines/native/codec.js')
const { NativeStore } = require('../lib/engines/native/load.js').loadNative()

it('JavaScript and Rust have the same letter for each operation', () => {
  const written = Object.entries(RECORDS).map(([name, { letter }]) => [name, letter])
  assert.deepEqual(Object.fromEntries(written), NativeStore.recordLetters())
})
