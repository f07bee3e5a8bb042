// @ts-check
// Durations with units: which are valid, their exact length, and the messages for invalid ones.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import fc from 'fast-check'

const { parseDuration } = createRequire(import.meta.url)('../lib/input/duration.js')

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

describe('a duration', () => {
  it('is converted to whole milliseconds exactly', () => {
    for (const [text, milliseconds] of /** @type {[string, number][]} */ ([
      ['1ms', 1],
      ['1.5s', 1500],
      ['1.1s', 1100],
      ['0.001s', 1],
      ['0.5m', 30_000],
      ['2.50h', 9_000_000],
      ['007s', 7000],
      ['366d', 31_622_400_000],
    ])) {
      assert.equal(parseDuration(text, 'ttl'), milliseconds, text)
    }
    assert.equal(parseDuration('0s', 'timeout', { min: 0 }), 0)
  })

  it('has the same length in each unit', () => {
    const wholes = fc.integer({ min: 1, max: 366 * 86_400_000 })
    fc.assert(
      fc.property(wholes, fc.constantFrom('ms', 's'), (milliseconds, unit) => {
        const shift = unit === 's' ? 3 : 0
        const digits = String(milliseconds).padStart(shift + 1, '0')
        const text = shift ? `${digits.slice(0, -3)}.${digits.slice(-3)}s` : `${digits}ms`
        assert.equal(parseDuration(text, 'ttl'), milliseconds)
      }),
    )
    for (const [unit, size] of Object.entries(UNITS)) assert.equal(parseDuration(`1${unit}`, 'ttl'), size)
  })

  for (const [value, message] of /** @type {[unknown, string][]} */ ([
    [10, "ttl: the number 10 has no unit: write '10s' or '10ms'."],
    [1.5, "ttl: the number 1.5 has no unit: write '1.5s' or '1.5ms'."],
    ['5000', "ttl: the string \"5000\" has no unit: write '5000s' or '5000ms'."],
    [Number.NaN, "ttl: expected a duration with its unit, such as '30s' or '500ms', got the number NaN."],
    [-1, "ttl: expected a duration with its unit, such as '30s' or '500ms', got the number -1."],
    [undefined, "ttl: expected a duration with its unit, such as '30s' or '500ms', got undefined."],
    [null, "ttl: expected a duration with its unit, such as '30s' or '500ms', got null."],
    [5n, "ttl: expected a duration with its unit, such as '30s' or '500ms', got a bigint."],
    [new Date(50), "ttl: expected a duration with its unit, such as '30s' or '500ms', got a Date."],
    ['1 s', "ttl: expected a duration with its unit, such as '30s' or '500ms', got the string \"1 s\"."],
    ['1S', "ttl: expected a duration with its unit, such as '30s' or '500ms', got the string \"1S\"."],
    ['.5s', "ttl: expected a duration with its unit, such as '30s' or '500ms', got the string \".5s\"."],
    ['1e3s', "ttl: expected a duration with its unit, such as '30s' or '500ms', got the string \"1e3s\"."],
    ['', "ttl: expected a duration with its unit, such as '30s' or '500ms', got the string \"\"."],
    ['1.0005s', 'ttl: expected whole milliseconds, got the string "1.0005s".'],
    ['0.5ms', 'ttl: expected whole milliseconds, got the string "0.5ms".'],
    ['0s', 'ttl: expected a duration from 1ms to 366d, got the string "0s".'],
    ['367d', 'ttl: expected a duration from 1ms to 366d, got the string "367d".'],
    ['99999999999999999999d', 'ttl: expected a duration from 1ms to 366d, got the string "99999999999999999999d".'],
  ])) {
    it(`cannot be ${typeof value === 'string' ? JSON.stringify(value) : String(value)}`, () => {
      assert.throws(() => parseDuration(value, 'ttl'), { code: 'ERR_INVALID_ARGUMENT', message })
    })
  }
})
