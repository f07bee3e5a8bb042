// @ts-check
'use strict'

const { createHash } = require('node:crypto')
const { createReadStream } = require('node:fs')
const { mkdtemp, open, rm } = require('node:fs/promises')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { linesOf } = require('../transfer/line-reader.js')

/**
 * What a migration has written, in a file beside its checkpoint: so a migration that is continued knows which entries of the target
 * are its own, and which of two sides changed since. An entry is recorded before it is written.
 *
 * @typedef {import('./place.js').Name} Name
 * @typedef {import('./place.js').Copy} Copy
 * @typedef {import('./value-text.js').Found} Found
 * @typedef {{ isOwn: boolean, digest: string }} Written `isOwn`: the target did not have the entry before
 */

class Journal {
  #path
  #folder
  #file
  #keepsText

  /**
   * @param {string} path
   * @param {import('node:fs/promises').FileHandle} file
   * @param {{ keepsText: boolean, folder?: string }} options `folder`: removed at the end
   */
  constructor(path, file, { keepsText, folder }) {
    this.#path = path
    this.#file = file
    this.#keepsText = keepsText
    this.#folder = folder
  }

  /**
   * @param {string | undefined} path undefined: it lasts as long as the process
   * @param {{ isContinued: boolean, keepsText: boolean }} options `keepsText`: both sides have the text that was written
   */
  static async open(path, { isContinued, keepsText }) {
    const folder = path === undefined ? await mkdtemp(join(tmpdir(), 'redis-state-adapter-')) : undefined
    const at = path ?? join(/** @type {string} */ (folder), 'journal')
    // A line that is incomplete, as the process was killed, is ended by the newline in front of the next one.
    return new Journal(at, await open(at, isContinued ? 'a' : 'w', 0o600), { keepsText, folder })
  }

  /** @param {Copy[]} copies */
  async record(copies) {
    const lines = copies.map(({ name: { traceId, key }, found: { text = '' }, isNew }) =>
      JSON.stringify([traceId, key, isNew ? 1 : 0, this.#digestOf(text)]),
    )
    await this.#file.appendFile(`\n${lines.join('\n')}\n`)
  }

  /** Records that entries were not written, as another client had created them. @param {Name[]} names */
  async disown(names) {
    if (names.length === 0) return
    await this.#file.appendFile(`\n${names.map(({ traceId, key }) => JSON.stringify([traceId, key])).join('\n')}\n`)
  }

  /**
   * What was written of these entries last.
   *
   * @param {Name[]} names
   * @returns {Promise<Map<string, Written>>} by `idOf`
   */
  async find(names) {
    const wanted = new Set(names.map(idOf))
    /** @type {Map<string, Written>} */
    const found = new Map()
    if (wanted.size === 0) return found
    for await (const { text } of linesOf(createReadStream(this.#path), 0)) {
      const [traceId, key, isNew, digest] = parsed(text)
      if (typeof traceId !== 'string') continue
      const id = idOf({ traceId, key })
      if (!wanted.has(id)) continue
      if (digest === undefined) found.delete(id)
      else found.set(id, { isOwn: isNew === 1 || found.get(id)?.isOwn === true, digest })
    }
    return found
  }

  /** Whether an entry still has the value that was written. @param {Written | undefined} written @param {Found | null} found */
  isUnchanged(written, found) {
    return written !== undefined && this.digestOf(found) === written.digest
  }

  /** @param {Found | null} found @returns {string | undefined} undefined: it has no value */
  digestOf(found) {
    return found?.text === undefined ? undefined : this.#digestOf(found.text)
  }

  /** @param {string} text */
  #digestOf(text) {
    const stored = this.#keepsText ? text : JSON.stringify(JSON.parse(text), withSortedFields)
    return createHash('sha1').update(stored).digest('base64url').slice(0, 12)
  }

  close() {
    return this.#file.close()
  }

  /** Removes the file: it is needed no longer. */
  async remove() {
    await rm(this.#folder ?? this.#path, { recursive: true, force: true })
  }

  /** Removes the file, if nothing can be continued with it. */
  async end() {
    await this.close()
    if (this.#folder !== undefined) await this.remove()
  }
}

/** Names of entries as keys of a map. @param {Name} name */
function idOf({ traceId, key }) {
  return `${traceId.length}:${traceId}${key}`
}

/** Stores that keep no text keep no order of fields either. @param {string} _name @param {unknown} value */
function withSortedFields(_name, value) {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))) : value
}

/** @param {string} line @returns {any[]} */
function parsed(line) {
  if (line === '') return []
  try {
    return JSON.parse(line)
  } catch {
    return []
  }
}

module.exports = { Journal, idOf }
