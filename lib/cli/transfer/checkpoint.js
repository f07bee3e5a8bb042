// @ts-check
'use strict'

const { readFile, rename, rm, writeFile } = require('node:fs/promises')
const { now } = require('../../time.js')
const { UsageError } = require('../usage-error.js')

const INTERVAL_MS = 250

/**
 * A file that says how far a transfer is, so that it can be continued after the process was killed.
 *
 * @template T the position
 */
class Checkpoint {
  #path
  #kind
  #savedAt = -Infinity
  /** @type {T | undefined} */
  #unsaved = undefined

  /**
   * @param {string | undefined} path undefined: nothing is saved
   * @param {{ of: string, parse: (saved: any) => T | undefined }} kind `of`: the transfer, for messages. `parse`: the position that
   *   was saved; undefined or an error: the file has none
   */
  constructor(path, kind) {
    this.#path = path
    this.#kind = kind
  }

  /** @returns {Promise<T | undefined>} undefined: there is no file */
  async read() {
    if (this.#path === undefined) return undefined
    const text = await readFile(this.#path, 'utf8').catch((error) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    return text === undefined ? undefined : this.#parsed(text)
  }

  /** Notes a position, and saves it if the last time is some time ago. @param {T} position */
  async note(position) {
    this.#unsaved = position
    if (now() - this.#savedAt >= INTERVAL_MS) await this.save()
  }

  /** Saves the position that was noted last. A process that is killed meanwhile leaves the one before. */
  async save() {
    if (this.#path === undefined || this.#unsaved === undefined) return
    await writeFile(`${this.#path}.new`, JSON.stringify(this.#unsaved))
    await rename(`${this.#path}.new`, this.#path)
    this.#savedAt = now()
    this.#unsaved = undefined
  }

  /** Removes the file: the transfer is complete. */
  async remove() {
    this.#unsaved = undefined
    if (this.#path !== undefined) await rm(this.#path, { force: true })
  }

  /** @param {string} text @returns {T} */
  #parsed(text) {
    try {
      const position = this.#kind.parse(JSON.parse(text))
      if (position !== undefined) return position
    } catch {
      // It is no JSON, or another one.
    }
    throw new UsageError(
      `${this.#path} is no checkpoint of ${this.#kind.of}`,
      'Name another file with --checkpoint, or remove it.',
    )
  }
}

module.exports = { Checkpoint }
