// @ts-check
'use strict'

const { kindOf } = require('../../input/received.js')

/** @typedef {typeof import('@langchain/langgraph-checkpoint').InvalidNamespaceError} InvalidNamespaceError */

const RESERVED = 'langgraph'

/**
 * Checks a namespace of a store by the rules of LangGraph, which its package exports only since 1.2.
 *
 * @param {InvalidNamespaceError} Invalid
 * @param {string[]} namespace
 * @param {{ mayBeEmpty?: boolean, mayBeReserved?: boolean }} [how]
 */
function checkNamespace(Invalid, namespace, { mayBeEmpty = false, mayBeReserved = false } = {}) {
  if (!Array.isArray(namespace)) throw new Invalid(`Namespace must be an array of labels, got ${kindOf(namespace)}.`)
  if (namespace.length === 0 && !mayBeEmpty) throw new Invalid('Namespace cannot be empty.')
  for (const label of namespace) {
    const problem = problemOf(label)
    if (problem) throw new Invalid(`Invalid namespace label in ${JSON.stringify(namespace)}: ${problem}.`)
  }
  if (namespace[0] === RESERVED && !mayBeReserved)
    throw new Invalid(`Root label for namespace cannot be "${RESERVED}".`)
}

/** @param {unknown} label */
function problemOf(label) {
  if (typeof label !== 'string') return `labels must be strings, but got ${kindOf(label)}`
  if (label === '') return 'labels cannot be empty'
  if (/[.:]/.test(label)) return "labels cannot contain periods ('.') or colons (':')"
  if (label.includes('\0')) return 'labels cannot contain NUL bytes'
  if (!label.isWellFormed()) return 'labels cannot contain lone surrogates'
  return undefined
}

module.exports = { checkNamespace }
