// @ts-check
'use strict'

const { createHash } = require('node:crypto')
const { mkdtemp, open, rm } = require('node:fs/promises')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { linesOf } = require('../transfer/line-reader.js')
const { UsageError } = require('../usage-error.js')

/**
 * What a migration has written, in a file beside its checkpoint: so a migration that is continued knows which entries of the target
 * are its own, and which of two sides changed since. An entry is recorded before it is written.
 *
 * @typedef {import('./place.js').Name} Name
 * @typedef {import('./place.js').Copy} Copy
 * @typedef {import('./value-text.js').Found} Found
 * @typedef {{ isOwn: boolean, digest: string }} Written `isOwn`: the target did not have the entry before
 */

const READ_LENGTH = 64 * 1024

class Journal {
  #removed
  #file
  #keepsText
  #isTemporary

  /**
   * @param {import('node:fs/promises').FileHandle} file
   * @param {{ keepsText: boolean, removed: string, isTemporary: boolean }} options `removed`: what `remove` removes
   */
  constructor(file, { keepsText, removed, isTemporary }) {
    this.#file = file
    this.#keepsText = keepsText
    this.#removed = removed
    this.#isTemporary = isTemporary
  }

  /**
   * @param {string | undefined} path undefined: it lasts as long as the process
   * @param {{ isContinued: boolean, keepsText: boolean }} options `keepsText`: both sides have the text that was written
   */
  static async open(path, { isContinued, keepsText }) {
    if (path === undefined) return Journal.#openTemporary(keepsText)
    // A line that is incomplete, as the process was killed, is ended by the newline in front of the next one.
    const file = await open(path, isContinued ? 'a+' : 'ax+', 0o600).catch((error) => {
      if (error.code !== 'EEXIST') throw error
      throw new UsageError(`${path} exists, without a checkpoint`, 'Name another file with --checkpoint, or remove it.')
    })
    return new Journal(file, { keepsText, removed: path, isTemporary: false })
  }

  /** The file has no name any more as soon as it is open, so that it disappears with a process that is killed. @param {boolean} keepsText */
  static async #openTemporary(keepsText) {
    const folder = await mkdtemp(join(tmpdir(), 'redis-state-adapter-'))
    try {
      const file = await open(join(folder, 'journal'), 'ax+', 0o600)
      if (process.platform !== 'win32') await rm(folder, { recursive: true })
      return new Journal(file, { keepsText, removed: folder, isTemporary: true })
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
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
    for await (const { text } of linesOf(this.#chunks(), 0)) {
      const [traceId, key, isNew, digest] = parsed(text)
      if (typeof traceId !== 'string') continue
      const id = idOf({ traceId, key })
      if (!wanted.has(id)) continue
      if (digest === undefined) found.delete(id)
      else found.set(id, { isOwn: isNew === 1 || found.get(id)?.isOwn === true, digest })
    }
    return found
  }

  async *#chunks() {
    for (let at = 0; ; ) {
      const { buffer, bytesRead } = await this.#file.read(Buffer.alloc(READ_LENGTH), 0, READ_LENGTH, at)
      if (bytesRead === 0) return
      at += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
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
    await rm(this.#removed, { recursive: true, force: true })
  }

  /** Removes the file, if nothing can be continued with it. */
  async end() {
    await this.close()
    if (this.#isTemporary) await this.remove()
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
