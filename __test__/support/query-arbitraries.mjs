// @ts-check
// Generates values and queries from small sets, so that filters often match.

import fc from 'fast-check'

/** @import { StateQuery, StateQueryFilter } from 'redis-state-adapter' */

const EDGE_CASES = [
  null,
  true,
  false,
  0,
  1,
  -1,
  0.1,
  2 ** 53,
  1e21,
  '',
  'a',
  'b',
  '1',
  'null',
  'é',
  '\uffff',
  '😀',
  '\ud800',
]

const scalar = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...EDGE_CASES) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 2, unit: 'binary' }) },
)

const name = fc.constantFrom('a', 'b', '0', '1', '')

/** @type {{ value: fc.Arbitrary<unknown> }} */
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}))

const path = fc.constantFrom('', 'a', 'b', 'a.b', 'a.0', '0', '1.a', 'a.b.0', 'a.', '00', 'missing')
const ordered = scalar.filter((operand) => typeof operand === 'number' || typeof operand === 'string')

/**
 * @param {string} operator
 * @param {fc.Arbitrary<unknown>} operand
 */
function comparison(operator, operand) {
  return fc.tuple(path, operand).map(([path, operand]) => ({ [operator]: { [path]: operand } }))
}

/** @type {{ filter: fc.Arbitrary<unknown> }} */
const { filter } = fc.letrec((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small' },
    ...['EQ', 'NEQ'].map((operator) => comparison(operator, scalar)),
    comparison('IN', fc.array(scalar, { maxLength: 4 })),
    ...['GT', 'GTE', 'LT', 'LTE'].map((operator) => comparison(operator, ordered)),
    fc.record({ AND: fc.array(tie('filter'), { maxLength: 3 }) }),
    fc.record({ OR: fc.array(tie('filter'), { maxLength: 3 }) }),
    fc.record({ NOT: tie('filter') }),
  ),
}))

const sort = fc.array(fc.record({ key: path, order: fc.constantFrom('ASC', 'DESC') }, { requiredKeys: ['key'] }), {
  maxLength: 3,
})

/** Entries with distinct names. */
export const entries = fc.uniqueArray(
  fc.record({
    groupId: fc.constantFrom('g', 'h', '😀', '\uffff'),
    key: fc.string({ unit: fc.constantFrom('a', 'B', 'é', '😀', '\uffff', ':', '"', '*'), maxLength: 2 }),
    value,
  }),
  { maxLength: 12, selector: ({ groupId, key }) => `${groupId}:${key}` },
)

/** Queries without a page. */
export const query = /** @type {fc.Arbitrary<StateQuery>} */ (
  fc.record({ groupId: fc.constantFrom('', 'g', '😀'), filter, sort }, { requiredKeys: [] })
)
