// @ts-check
// The sequential model of an entry. Its state is the JSON text of the value, or `null` if the entry does not exist.

/**
 * @typedef {object} Operation
 * @property {'get' | 'set' | 'delete' | 'clear' | 'create' | 'replace' | 'increment' | 'append'} name `create`: with
 *   `ifAbsent`; `replace`: with `ifMatch`; `clear`: a delete that does not return the old value
 * @property {string} [value] JSON text of what was written, added or appended
 * @property {string} [expected] JSON text that `replace` requires
 * @property {string | null} [result] JSON text of the result, `null` for a missing entry
 * @property {boolean} [isConflict] whether it rejected with `ERR_CONFLICT`
 *
 * @typedef {string | null} State
 * @typedef {(state: State, operation: Operation) => State} Effect
 */

/** The state after each operation. @type {Record<Operation['name'], Effect>} */
const EFFECTS = {
  get: (state) => state,
  set: (_, { value }) => /** @type {string} */ (value),
  delete: () => null,
  clear: () => null,
  create: (state, { value }) => state ?? /** @type {string} */ (value),
  replace: (state, { expected, value }) => (state === expected ? /** @type {string} */ (value) : state),
  increment: (state, { value }) => JSON.stringify(Number(state ?? 0) + Number(value)),
  append: (state, { value }) =>
    JSON.stringify([...JSON.parse(state ?? '[]'), JSON.parse(/** @type {string} */ (value))]),
}

/**
 * Whether the recorded result agrees with the states.
 *
 * @type {Record<Operation['name'], (before: State, after: State, operation: Operation) => boolean>}
 */
const FITS = {
  get: (before, _, { result }) => before === result,
  set: () => true,
  delete: (before, _, { result }) => before === result,
  clear: () => true,
  create: (before, _, { isConflict = false }) => (before !== null) === isConflict,
  replace: (before, _, { expected, isConflict = false }) => (before !== expected) === isConflict,
  increment: (_, after, { result }) => after === result,
  append: (_, after, { result }) => after === result,
}

/**
 * The state after a call.
 *
 * @param {State} state
 * @param {import('./search.mjs').Call} call
 * @returns {State | undefined} `undefined` if the call cannot have had its result in this state
 */
export function step(state, { operation, isRequired }) {
  const after = EFFECTS[operation.name](state, operation)
  return !isRequired || FITS[operation.name](state, after, operation) ? after : undefined
}

/** @type {import('./search.mjs').Model} */
export const REGISTER = { initial: null, step }
