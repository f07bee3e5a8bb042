// @ts-check
'use strict'

const { createHash } = require('node:crypto')
const { mkdtemp, open, rm } = require('node:fs/promises')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { linesOf } = require('../transfer/line-reader.js')
const { UsageError } = require('../usage-error.js')
const { Records, untilOf } = require('./written.js')

/**
 * What a migration has written, in a file beside its checkpoint: so a migration that is continued knows which entries of the target
 * are its own, and which of two sides changed since. An entry is recorded before it is written, and a mark follows once all are.
 *
 * @typedef {import('./place.js').Name} Name
 * @typedef {import('./place.js').Copy} Copy
 * @typedef {import('./value-text.js').Found} Found
 * @typedef {import('./written.js').Written} Written
 * @typedef {import('./written.js').Value} Value
 *
 * @typedef {object} JournalOptions
 * @property {boolean} isContinued
 * @property {boolean} keepsText both sides have the text that was written
 * @property {boolean} keepsTtl the target has times to live
 */

const READ_LENGTH = 64 * 1024
/** Lines around the records of a batch. The second one is there if all of it is written. */
const BATCH = JSON.stringify([false])
const WRITTEN = JSON.stringify([true])

class Journal {
  #removed
  #file
  #keepsText
  #keepsTtl
  #isTemporary

  /**
   * @param {import('node:fs/promises').FileHandle} file
   * @param {JournalOptions & { removed: string, isTemporary: boolean }} options `removed`: what `remove` removes
   */
  constructor(file, { keepsText, keepsTtl, removed, isTemporary }) {
    this.#file = file
    this.#keepsText = keepsText
    this.#keepsTtl = keepsTtl
    this.#removed = removed
    this.#isTemporary = isTemporary
  }

  /**
   * @param {string | undefined} path undefined: it lasts as long as the process
   * @param {JournalOptions} options
   */
  static async open(path, options) {
    if (path === undefined) return Journal.#openTemporary(options)
    // A line that is incomplete, as the process was killed, is ended by the newline in front of the next one.
    const file = await open(path, options.isContinued ? 'a+' : 'ax+', 0o600).catch((error) => {
      if (error.code !== 'EEXIST') throw error
      throw new UsageError(`${path} exists, without a checkpoint`, 'Name another file with --checkpoint, or remove it.')
    })
    return new Journal(file, { ...options, removed: path, isTemporary: false })
  }

  /** The file has no name any more as soon as it is open, so that it disappears with a process that is killed. @param {JournalOptions} options */
  static async #openTemporary(options) {
    const folder = await mkdtemp(join(tmpdir(), 'redis-state-adapter-'))
    try {
      const file = await open(join(folder, 'journal'), 'ax+', 0o600)
      if (process.platform !== 'win32') await rm(folder, { recursive: true })
      return new Journal(file, { ...options, removed: folder, isTemporary: true })
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }

  /** @param {Copy[]} copies */
  async record(copies) {
    const lines = copies.map(({ name: { traceId, key }, found, isNew }) => {
      const { digest, until } = this.valueOf(found)
      return JSON.stringify([traceId, key, isNew ? 1 : 0, digest, ...(until === Infinity ? [] : [until])])
    })
    await this.#file.appendFile(`\n${[BATCH, ...lines].join('\n')}\n`)
  }

  /** Records that all of the last batch is written: the target has no value of before any more. */
  async settle() {
    await this.#file.appendFile(`\n${WRITTEN}\n`)
  }

  /** Records that entries were not written, as another client had created them. @param {Name[]} names */
  async disown(names) {
    if (names.length === 0) return
    await this.#file.appendFile(`\n${names.map(({ traceId, key }) => JSON.stringify([traceId, key])).join('\n')}\n`)
  }

  /**
   * What was written of these entries.
   *
   * @param {Name[]} names
   * @returns {Promise<Map<string, Written>>} by `idOf`
   */
  async find(names) {
    const wanted = new Set(names.map(idOf))
    const records = new Records()
    if (wanted.size === 0) return records.all()
    for await (const { text } of linesOf(this.#chunks(), 0)) {
      if (text === BATCH) records.begin()
      if (text === WRITTEN) records.settle()
      const [traceId, key, isNew, digest, until = Infinity] = parsed(text)
      if (typeof traceId !== 'string') continue
      const id = idOf({ traceId, key })
      if (!wanted.has(id)) continue
      if (digest === undefined) records.delete(id)
      else records.add(id, isNew === 1, { digest, until })
    }
    return records.all()
  }

  async *#chunks() {
    for (let at = 0; ; ) {
      const { buffer, bytesRead } = await this.#file.read(Buffer.alloc(READ_LENGTH), 0, READ_LENGTH, at)
      if (bytesRead === 0) return
      at += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  }

  /** @param {Found | null} found @returns {Value} */
  valueOf(found) {
    const digest = found?.text === undefined ? undefined : this.#digestOf(found.text)
    return { digest, until: this.#keepsTtl && found !== null ? untilOf(found.expiresAt) : Infinity }
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
