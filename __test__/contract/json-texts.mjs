// @ts-check
import fc from 'fast-check'

/** Texts that a careless check would accept as JSON, or that would break the batch of replies they are in. */
export const CORRUPT_TEXTS = [
  '',
  ' ',
  'not JSON',
  '1],[2',
  '1,2',
  ',',
  '1,',
  '],[',
  '[',
  ']',
  '{"a":1}x',
  '{"a":1}{"a":1}',
  '{"a":1,}',
  '[1,]',
  '{a:1}',
  '{,}',
  '{"a" "b"}',
  '{"a":1},{"b":2}',
  '{"a":"b},{"c":"d"}',
  '{"a\n":1}',
  '1 2',
  '1\n2',
  '01',
  '1.',
  '.5',
  '+1',
  '-',
  '1e',
  '0x10',
  'NaN',
  'Infinity',
  'undefined',
  'nul',
  'nullx',
  'True',
  "'a'",
  '"a',
  '"a""b"',
  '"\\"',
  '"\\x"',
  '"\\u12"',
  '"\n"',
  '"\u0000"',
  '1\u0000',
  '\u0000',
  '\u0001\u0002\u0003',
  '// a\n1',
  '1/**/',
  '\u00a01',
  '\u000b1',
  '\u000c1',
  '\u20281',
  '\ufeff1',
  '1\ufeff',
  '-nil',
  '$-1\r\n',
  '['.repeat(100_000),
]

/** Bytes that are not UTF-8: an invalid byte, truncated, overlong, a surrogate, beyond the last code point. */
export const CORRUPT_BYTES = [[0xff], [0xe2, 0x82], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]]

/** Valid JSON texts that a hand-written check might reject. */
export const UNUSUAL_TEXTS = [
  ' 1 ',
  '\t\r\n{ "a" : [ ] }\n',
  '-0',
  '1e400',
  '-1e-400',
  '1E+2',
  '123456789012345678901234567890',
  '0.1e1',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u0000\\/"',
  '"\u007f\u2028\u2029\ufeff"',
  '{"a":1,"a":2}',
  '{"__proto__":1}',
  '{"":{}}',
  '[[],[[]],{}]',
]

const TOKENS = [...'[]{},:"\\ 0123456789.eE+-\n', 'true', 'false', 'null', '""', 'u00', '1]', ',[', '":']

const soup = fc.string({ unit: fc.constantFrom(...TOKENS), maxLength: 8 })

/** JSON with one replaced character, so that it is often almost JSON. */
const damaged = fc
  .tuple(fc.json({ maxDepth: 2 }), fc.nat(), fc.constantFrom('', ...TOKENS), fc.nat(2))
  .map(([text, seed, token, removed]) => {
    const at = seed % (text.length + 1)
    return `${text.slice(0, at)}${token}${text.slice(at + removed)}`
  })

/** Well-formed texts from the alphabet of JSON; some are JSON. */
export const jsonLike = fc.oneof(soup, damaged, fc.json()).filter((text) => text.isWellFormed())
