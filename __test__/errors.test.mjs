// @ts-check
// Causes each error of docs/errors.md, and compares its text with the documented one.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { CAUSES } from './support/error-causes.mjs'
import { errorOf } from './support/error-of.mjs'
import { startRedis } from './support/redis.mjs'

/** What differs from run to run, or between systems, in the order in which it is replaced. @type {[RegExp, string][]} */
const VARIABLE = [
  [/\b(127\.0\.0\.1|localhost):\d+/g, '<address>'],
  [/\b\d+(\.\d+)? (ms|s)\b/g, '<time>'],
  [/(the name lookup of \S+ failed: )[^.]*\./, '$1<reason>.'],
  [/ \(errno: [^)]*\)/g, ''],
]

/** @type {import('./support/redis.mjs').RedisServer} */
let server
/** @type {{ code: string, example: string, remedy: string }[]} */
let rows = []

before(async () => {
  server = await startRedis()
  rows = rowsOf(await readFile(new URL('../docs/errors.md', import.meta.url), 'utf8'))
})

after(() => server.stop())

describe('an error of docs/errors.md', { concurrency: true }, () => {
  for (const [code, part, cause] of CAUSES) {
    it(`has the documented text: ${code}, ${part}`, async (t) => {
      const documented = rows.filter((row) => row.code === code && row.example.includes(part))
      assert.equal(documented.length, 1, `rows with ${code} and ${part}`)
      const error = await errorOf(() => cause(t, server))
      assert.equal(error.code, code, error.message)
      assert.equal(generalized(error.message), generalized(documented[0].example))
    })
  }
})

it('has a cause for each row of docs/errors.md', () => {
  const covered = rows.filter(({ code, example }) =>
    CAUSES.some(([ofCause, part]) => ofCause === code && example.includes(part)),
  )
  assert.deepEqual(covered, rows)
  assert.equal(rows.length, CAUSES.length)
  for (const { remedy } of rows) assert.ok(remedy.length > 10)
})

/** @param {string} markdown */
function rowsOf(markdown) {
  const lines = [...markdown.matchAll(/^\| `(ERR_\w+)` \| `` (.*?) `` \| (.*?) \|$/gm)]
  return lines.map(([, code, example, remedy]) => ({ code, example: example.replaceAll('\\|', '|'), remedy }))
}

/** @param {string} text */
function generalized(text) {
  return VARIABLE.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text)
}
