// @ts-check
'use strict'

const { invalidArgument, RedisStateError } = require('./errors.js')

/** @typedef {import('../index.js').StandardSchema<any, any>} StandardSchema */

/**
 * The value as the schema makes it; what the schema refuses is an error that tells why. A promise only where the schema needs
 * one: calls keep their order within a tick.
 *
 * @param {StandardSchema} schema
 * @param {unknown} value
 * @param {{ traceId: string, key: string, applied?: 'no' }} about
 * @returns {any}
 */
function conforming(schema, value, about) {
  const result = schema['~standard'].validate(value)
  return isPromise(result) ? result.then((later) => acceptedValue(later, about)) : acceptedValue(result, about)
}

/**
 * @param {any} result
 * @returns {result is Promise<any>}
 */
function isPromise(result) {
  return typeof result?.then === 'function'
}

/**
 * @param {import('../index.js').StandardResult<any>} result
 * @param {{ traceId: string, key: string, applied?: 'no' }} about
 */
function acceptedValue(result, about) {
  if (!result.issues) return result.value
  const [issue] = result.issues
  const path = (issue?.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
  const message = `the value does not conform to the schema: ${path && `${path}: `}${issue?.message}`
  throw new RedisStateError('ERR_INVALID_VALUE', message, { ...about, cause: result.issues })
}

/**
 * @param {any} schema
 * @returns {StandardSchema}
 */
function checkSchema(schema) {
  if (typeof schema?.['~standard']?.validate === 'function') return schema
  throw invalidArgument('schema: expected a Standard Schema (zod, valibot, arktype)')
}

module.exports = { checkSchema, conforming, isPromise }
