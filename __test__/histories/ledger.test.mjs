// @ts-check

import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { Ledger } from './ledger.mjs'

/** @param {import('node:test').TestContext} t */
function followed(t) {
  const dir = mkdtempSync(join(tmpdir(), 'redis-state-adapter-ledger-'))
  t.after(() => rmSync(dir, { recursive: true }))
  const [file, ledger] = [join(dir, 'calls.ndjson'), new Ledger()]
  ledger.follow(file)
  const write = (/** @type {string} */ text) => appendFileSync(file, text)
  return { file, ledger, write }
}

/** @param {number} id */
const begin = (id) => `${JSON.stringify({ id, entry: 'register-1-0', name: 'get', begin: id })}\n`
/** @param {number} id */
const end = (id) => `${JSON.stringify({ id, end: id + 5, outcome: 'done', result: null })}\n`

it('reads calls while they are recorded, an incomplete line once it is complete', (t) => {
  const { ledger, write } = followed(t)
  write(begin(1) + begin(2).slice(0, 10))
  ledger.read()
  assert.equal(ledger.calls, 1)
  write(begin(2).slice(10) + end(1))
  ledger.read()
  assert.deepEqual([ledger.calls, ledger.longest, ledger.outcomes], [2, 5, { done: 1 }])
})

it('reads the file of a client that has ended once more, and then no longer', (t) => {
  const { file, ledger, write } = followed(t)
  write(begin(1))
  ledger.finish(file)
  assert.equal(ledger.calls, 1)
  write(begin(2))
  ledger.read()
  assert.equal(ledger.calls, 1)
})

it('counts a call without an outcome as unsettled', (t) => {
  const { file, ledger, write } = followed(t)
  write(begin(1) + begin(2) + end(2))
  ledger.finish(file)
  assert.deepEqual(
    ledger.take('register-1-0').map(({ outcome }) => outcome),
    [undefined, 'done'],
  )
  assert.deepEqual(ledger.outcomes, { done: 1, unsettled: 1 })
})
