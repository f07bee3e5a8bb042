// @ts-check
'use strict'

const { callFailure, invalidArgument } = require('../errors.js')
const { kindOf } = require('./received.js')

/**
 * @typedef {import('../../index.js').StandardSchema<any, any>} StandardSchema
 * @typedef {{ operation: string, traceId: string, key: string, applied?: 'no' }} Target the call, for its errors
 */

/**
 * Validates a value with a schema. A synchronous schema returns the value that it outputs, so that calls of one tick keep
 * their order; an asynchronous one returns a promise. Throws or rejects with the first issue.
 *
 * @param {StandardSchema} schema
 * @param {unknown} value
 * @param {Target} target
 * @returns {any}
 */
function conform(schema, value, target) {
  const result = schema['~standard'].validate(value)
  return isPromise(result) ? result.then((resolved) => outputOf(resolved, target)) : outputOf(result, target)
}

/**
 * @param {any} result
 * @returns {result is Promise<any>}
 */
function isPromise(result) {
  return typeof result?.then === 'function'
}

/**
 * @param {any} result
 * @param {Target} target
 */
function outputOf(result, target) {
  const { applied, ...call } = target
  if (!isResult(result)) {
    const what = `schema: expected a value or issues, got ${kindOf(result)}`
    throw callFailure(call, 'ERR_INVALID_ARGUMENT', what, { applied })
  }
  if (!result.issues) return result.value
  const [issue] = result.issues
  const reason = issue === undefined ? '' : `: ${reasonOf(issue)}`
  const message = `the value does not conform to the schema${reason}`
  throw callFailure(call, 'ERR_INVALID_VALUE', message, { applied, cause: result.issues })
}

/** @param {any} result */
function isResult(result) {
  if (typeof result !== 'object' || result === null) return false
  return result.issues ? Array.isArray(result.issues) : 'value' in result
}

/** @param {any} issue */
function reasonOf({ path, message }) {
  const parts = Array.isArray(path) ? path.map((part) => String(part?.key ?? part)) : []
  return parts.length > 0 ? `${parts.join('.')}: ${String(message)}` : String(message)
}

/**
 * @param {any} schema
 * @returns {StandardSchema}
 */
function checkSchema(schema) {
  if (typeof schema?.['~standard']?.validate === 'function') return schema
  throw invalidArgument(`schema: expected a Standard Schema (zod, valibot, arktype), got ${kindOf(schema)}`)
}

module.exports = { checkSchema, conform, isPromise }
