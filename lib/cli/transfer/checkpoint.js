// @ts-check
'use strict'

const { readFile, rename, rm, writeFile } = require('node:fs/promises')
const { now } = require('../../time.js')
const { UsageError } = require('../usage-error.js')

/**
 * How far an import is.
 *
 * @typedef {object} Position
 * @property {number} bytes of the input that are imported
 * @property {number} lines
 */

const INTERVAL_MS = 250

/** A file that says how far an import is, so that it can be continued after the process was killed. */
class Checkpoint {
  #path
  #savedAt = -Infinity
  /** @type {Position | undefined} */
  #unsaved = undefined

  /** @param {string | undefined} path undefined: nothing is saved */
  constructor(path) {
    this.#path = path
  }

  /** @returns {Promise<Position>} the start, if there is none */
  async read() {
    const start = { bytes: 0, lines: 0 }
    if (this.#path === undefined) return start
    const text = await readFile(this.#path, 'utf8').catch((error) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    return text === undefined ? start : this.#parsed(text)
  }

  /** Notes a position, and saves it if the last time is some time ago. @param {Position} position */
  async note(position) {
    this.#unsaved = position
    if (now() - this.#savedAt >= INTERVAL_MS) await this.save()
  }

  /** Saves the position that was noted last. A process that is killed meanwhile leaves the one before. */
  async save() {
    if (this.#path === undefined || this.#unsaved === undefined) return
    const { bytes, lines } = this.#unsaved
    await writeFile(`${this.#path}.new`, JSON.stringify({ bytes, lines }))
    await rename(`${this.#path}.new`, this.#path)
    this.#savedAt = now()
    this.#unsaved = undefined
  }

  /** Removes the file: the import is complete. */
  async remove() {
    this.#unsaved = undefined
    if (this.#path !== undefined) await rm(this.#path, { force: true })
  }

  /** @param {string} text @returns {Position} */
  #parsed(text) {
    try {
      const { bytes, lines } = JSON.parse(text)
      if (Number.isSafeInteger(bytes) && bytes >= 0 && Number.isSafeInteger(lines) && lines >= 0)
        return { bytes, lines }
    } catch {
      // It is no JSON.
    }
    throw new UsageError(
      `${this.#path} is no checkpoint of an import`,
      'Name another file with --checkpoint, or remove it.',
    )
  }
}

module.exports = { Checkpoint }
