// @ts-check
// Which numbers of a JSON text JavaScript rounds, and that hostile texts do not block the process.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import { runInNewContext } from 'node:vm'

const { hasInexactNumber } = createRequire(import.meta.url)('../../lib/inspector/inexact-numbers.js')

const EXACT = ['0', '-0.000000000000000000', '0e999', '-1.50e-7', '9007199254740992', '123456789012345680000', '1e21']
const EXTREME = ['1e00000000000000000000001', '1.7976931348623157E+308', '2.2250738585072014e-308', '1e-308', '5e-324']
const INEXACT = ['9007199254740993', '0.10000000000000000555', '1.00000000000000001', '1.8e308', '-1E-400', '4e-324']

describe('a number of a JSON text', () => {
  for (const number of [...EXACT, ...EXTREME]) {
    it(`is exact: ${number}`, () => {
      assert.equal(hasInexactNumber(number), false)
      assert.equal(hasInexactNumber(`{"1e400\\"":[${number},"1e400"]}`), false)
    })
  }

  for (const number of INEXACT) {
    it(`is rounded: ${number}`, () => {
      assert.equal(hasInexactNumber(number), true)
      assert.equal(hasInexactNumber(`{"a\\\\":[1,${number}]}`), true)
    })
  }

  it('takes a time that grows with its digits, not with their square', () => {
    const digits = '0'.repeat(2 ** 22)
    for (const number of [`1${digits}1`, `0.${digits}1`, `1e${digits}1`, `1${digits}1.5e-4194304`])
      runInNewContext('check(number)', { check: hasInexactNumber, number }, { timeout: 60_000 })
  })

  it('is not converted to be compared if it is surely exact', (t) => {
    const text = `[${'1e100,'.repeat(1000)}${'1.5e-300,'.repeat(1000)}123456789012345]`
    const replace = t.mock.method(String.prototype, 'replace')
    assert.equal(hasInexactNumber(text), false)
    assert.equal(replace.mock.callCount(), 0)
  })
})
