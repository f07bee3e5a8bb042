// @ts-check

/**
 * One of each kind of value that is JSON-serializable.
 *
 * @type {[name: string, value: unknown][]}
 */
export const VALUES = [
  ['an integer', 42],
  ['an integer beyond the safe integers', 2 ** 63],
  ['zero', 0],
  ['minus zero, which JSON writes as 0', -0],
  ['a negative float', -1.5],
  ['the smallest and largest numbers', [5e-324, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER, 1e21]],
  ['numbers that JSON writes as null', [NaN, Infinity]],
  ['true', true],
  ['false', false],
  ['null', null],
  ['a string', 'text'],
  ['an empty string', ''],
  ['a string of spaces', '  '],
  ['a string that looks like JSON', '{"a":1}'],
  ['a string that looks like null', 'null'],
  ['a string with quotes, backslashes and control characters', '"\\\b\f\n\r\t\u0000\u0001\u0002\u0003\u001f\u007f'],
  ['line separators', '\u2028\u2029'],
  ['unicode', 'žluťoučký 文字 \u0301 👩‍👩‍👧 𐍈'],
  ['a byte order mark', '\ufeff'],
  ['lone surrogates', ['\ud800', 'a\udc00b', '\udc00\ud800']],
  ['lone surrogates as a property', { '\ud800': '\udfff' }],
  ['an empty object', {}],
  ['an empty array', []],
  ['a nested object', { a: { b: [{ c: null }, 'd', 1.25] }, '': '', ' ': false }],
  ['own properties named like inherited ones', { toString: 1, constructor: 2, hasOwnProperty: 3, length: 4 }],
  ['__proto__ as an own property', JSON.parse('{"__proto__":{"a":1}}')],
  ['an array with undefined and a hole', [1, undefined, Array(1)]],
  ['a property that is undefined', { a: undefined, b: 1 }],
  ['an object with toJSON', { when: new Date(0), buffer: Buffer.from('a') }],
  ['a long string', 'x'.repeat(100_000)],
]
