// @ts-check
'use strict'

const { isRecord, malformed, shownName } = require('./malformed.js')
const { suggestionFor } = require('../input/suggestion.js')

/** @typedef {(string | number)[]} Path of a value in a document */

/** One document of a file, or the object that was passed to `load`. Its errors have the file, the line and the path. */
class Document {
  #lineOf

  /**
   * @param {unknown} value
   * @param {string} [file] as messages show it
   * @param {(path: Path) => number | undefined} [lineOf]
   */
  constructor(value, file, lineOf = () => undefined) {
    this.value = value
    this.file = file
    this.#lineOf = lineOf
  }

  /**
   * Where a value is, for messages.
   *
   * @param {Path} path
   * @param {string} [name] what the value is called, unless by its path
   */
  at(path, name = pathText(path)) {
    const line = this.#lineOf(path)
    const position = line === undefined ? this.file : `${this.file}:${line}`
    return [position, name].filter((part) => part !== undefined && part !== '').join(': ')
  }

  /** @param {Path} path @param {string} what @param {{ name?: string, remedy?: string }} [more] */
  malformed(path, what, { name, remedy } = {}) {
    return malformed(this.at(path, name), what, remedy)
  }

  /**
   * Reads an object of the document, and rejects unknown fields: a misspelt one would otherwise be ignored.
   *
   * @param {unknown} value
   * @param {Path} path
   * @param {readonly string[]} [known] default: any
   */
  record(value, path, known) {
    if (!isRecord(value)) throw this.malformed(path, 'expected an object')
    if (known === undefined) return value
    const unknown = Object.keys(value).find((name) => !known.includes(name))
    if (unknown === undefined) return value
    const name = pathText([...path, shownName(unknown)])
    const remedy = suggestionFor(unknown, known) ?? `Expected ${known.join(', ')}.`
    throw this.malformed([...path, unknown], 'unknown field', { name, remedy })
  }

  /** Reads a text that is not empty; `undefined` if there is none. @param {unknown} value @param {Path} path */
  text(value, path) {
    if (value === undefined || value === null) return undefined
    if (typeof value === 'string' && value !== '') return value
    throw this.malformed(path, 'expected a text that is not empty')
  }

  /** Reads a list of texts. @param {unknown} value @param {Path} path @returns {string[]} */
  texts(value, path) {
    if (value === undefined || value === null) return []
    if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
    throw this.malformed(path, 'expected a list of texts')
  }
}

/** @param {Path} path such as `['spec', 'metadata', 0]` */
function pathText(path) {
  return path.reduce(
    (text, part) => {
      if (typeof part === 'number') return `${text}[${part}]`
      return text === '' ? part : `${text}.${part}`
    },
    /** @type {any} */ (''),
  )
}

module.exports = { Document }
