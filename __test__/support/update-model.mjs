// @ts-check
// A reference implementation of `update`, which works on values instead of JSON texts.

/** @import { UpdateOperation } from 'redis-state-adapter' */

/** Stands for an absent value. */
export const MISSING = Symbol('missing')

/** The operation does not support the type of the value at its path. */
export class Mismatch extends Error {}

/** A number or a sum is outside of the safe integers. */
export class OutOfRange extends Error {}

/**
 * @param {unknown} value
 * @param {UpdateOperation[]} operations
 */
export function updated(value, operations) {
  return operations.reduce((before, operation) => {
    const { path = [] } = operation
    const names = typeof path === 'string' ? path.split('.') : path.map(String)
    return changed(before, names, (part) => done(part, operation))
  }, value)
}

/**
 * @param {any} value
 * @param {string[]} names
 * @param {(part: unknown) => unknown} change
 * @returns {unknown}
 */
function changed(value, names, change) {
  if (names.length === 0) return change(value)
  const [name, ...rest] = names
  if (value === MISSING) {
    const inner = changed(MISSING, rest, change)
    return inner === MISSING ? MISSING : Object.fromEntries([[name, inner]])
  }
  if (typeof value !== 'object' || value === null) throw new Mismatch()
  return Array.isArray(value) ? inArray(value, name, rest, change) : inObject(value, name, rest, change)
}

/** @param {any[]} array @param {string} name @param {string[]} rest @param {(part: unknown) => unknown} change */
function inArray(array, name, rest, change) {
  const index = /^(0|[1-9]\d*)$/.test(name) ? Number(name) : Infinity
  const inner = changed(index < array.length ? array[index] : MISSING, rest, change)
  if (inner === MISSING) return array.filter((_, at) => at !== index)
  if (index > array.length) throw new Mismatch()
  return [...array.slice(0, index), inner, ...array.slice(index + 1)]
}

/** @param {object} object @param {string} name @param {string[]} rest @param {(part: unknown) => unknown} change */
function inObject(object, name, rest, change) {
  const members = new Map(Object.entries(object))
  const inner = changed(members.has(name) ? members.get(name) : MISSING, rest, change)
  if (inner === MISSING) members.delete(name)
  else members.set(name, inner)
  return Object.fromEntries(members)
}

/** @param {any} part @param {any} operation */
function done(part, { op, value, by = 1 }) {
  const there = part !== MISSING
  if (op === 'set') return value
  if (op === 'remove') return MISSING
  if (op === 'append') {
    if (there && !Array.isArray(part)) throw new Mismatch()
    return there ? [...part, value] : [value]
  }
  if (op === 'merge') {
    if (there && (typeof part !== 'object' || part === null || Array.isArray(part))) throw new Mismatch()
    return Object.fromEntries([...Object.entries(there ? part : {}), ...Object.entries(value)])
  }
  if (there && typeof part !== 'number') throw new Mismatch()
  return sum(there ? part : 0, op === 'decrement' ? -by : by)
}

/** @param {number} number @param {number} by */
function sum(number, by) {
  const result = number + by + 0
  if (Math.max(Math.abs(number), Math.abs(result)) > Number.MAX_SAFE_INTEGER) throw new OutOfRange()
  return result
}
