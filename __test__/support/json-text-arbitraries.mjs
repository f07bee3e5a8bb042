// @ts-check
// Generates JSON texts that other clients may write, with unusual whitespace, escapes and duplicate names.

import fc from 'fast-check'

/** A small set, so that operations often hit the same member; some names contain characters of JSON's syntax. */
export const NAMES = ['a', 'b', '0', '1', '33', '', 'é"\\', '\u0001', 'n{', 'x,]', '__proto__', '\u{1f600}']

/** A JSON string with every code unit escaped. @param {string} text */
const escaped = (text) => `"${[...text].map(escapedCharacter).join('')}"`

/** @param {string} character */
function escapedCharacter(character) {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}

const space = fc.constantFrom('', '', '', ' ', '\n', '\t ', '\r\n')
const name = fc.oneof(
  fc.constantFrom(...NAMES).map((text) => JSON.stringify(text)),
  fc.constantFrom(...NAMES).map(escaped),
)
const scalar = fc.oneof(
  fc.integer({ min: -99, max: 99 }).map(String),
  fc.constantFrom('-0', '1.50', '1e2', '1E+2', '12345678901234567890', 'null', 'true', 'false', '""'),
  fc.constantFrom(
    '"},{\\"a\\":1"',
    '"[{"',
    '"]]"',
    '"\\\\"',
    '"\\ud800"',
    '"\\ud83d\\ude00"',
    '"é中\u{1f600}\u2028"',
    '"a.b -.5 \u007f"',
  ),
)
const numbers = fc.integer({ min: 0, max: 100 }).map((count) => `[${Array(count).fill('7').join(', ')}]`)

/** @param {fc.Arbitrary<string>} part */
const spaced = (part) => fc.tuple(space, part, space).map((parts) => parts.join(''))

/** @param {[open: string, close: string]} brackets @param {fc.Arbitrary<string>} part @param {number} maxLength */
const listed = ([open, close], part, maxLength) =>
  fc.array(part, { maxLength }).map((parts) => `${open}${parts.join(',') || ' '}${close}`)

const { text } = fc.letrec((/** @type {(name: string) => fc.Arbitrary<any>} */ tie) => ({
  text: spaced(fc.oneof({ maxDepth: 4 }, scalar, numbers, tie('object'), tie('array'))),
  object: listed(
    ['{', '}'],
    fc.tuple(spaced(name), tie('text')).map(([key, value]) => `${key}:${value}`),
    5,
  ),
  array: listed(['[', ']'], tie('text'), 5),
}))

/** A JSON text with whitespace, duplicate names, escapes, and brackets in strings. */
export const jsonText = /** @type {fc.Arbitrary<string>} */ (text)

const { plain } = fc.letrec((/** @type {(name: string) => fc.Arbitrary<any>} */ tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('0', '-7', '1.5', '1e2', 'null', 'true', '""', '"a"', '"b,a:b"', '[]', '{}'),
    tie('plain'),
    fc.array(tie('value'), { maxLength: 4 }).map((parts) => `[${parts.join(',')}]`),
  ),
  plain: fc
    .array(fc.tuple(fc.constantFrom('a', 'b', '0', 'ab'), tie('value')), { maxLength: 4 })
    .map((members) => `{${members.map(([key, value]) => `"${key}":${value}`).join(',')}}`),
}))

/**
 * The text of an object without whitespace, escapes, and brackets in strings, but with duplicate names, also in nested
 * objects.
 */
export const plainObject = /** @type {fc.Arbitrary<string>} */ (plain)
