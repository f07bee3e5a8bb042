// @ts-check
'use strict'

const { open } = require('node:fs/promises')
const { RedisStateError } = require('../../errors.js')
const { UsageError } = require('../usage-error.js')
const { parseLine } = require('./entry-line.js')

/** @typedef {import('node:fs/promises').FileHandle} FileHandle */

const BLOCK = 64 * 1024
const NEWLINE = 10

/** The file of an export. It always ends with a complete line, or with the part of one that `--resume` removes. */
class ExportFile {
  #file
  #length

  /** @param {FileHandle} file @param {number} length */
  constructor(file, length) {
    this.#file = file
    this.#length = length
  }

  /**
   * @param {string} path
   * @param {{ resume?: boolean, force?: boolean }} options
   * @returns {Promise<{ file: ExportFile, last: import('../../names/name.js').Name | undefined }>} `last`: the entry of the last line
   */
  static async open(path, { resume = false, force = false }) {
    const file = await openFile(path, { resume, force })
    try {
      if (!(await file.stat()).isFile())
        throw new UsageError(`--out: ${path} is no regular file`, 'Omit --out: entries go to stdout then.')
      const { end, line } = resume ? await lastLine(file) : { end: 0, line: undefined }
      const last = line === undefined ? undefined : entryOf(line, path)
      await file.truncate(end)
      return { file: new ExportFile(file, end), last }
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** @param {string} text */
  async write(text) {
    const bytes = Buffer.from(text)
    let written = 0
    while (written < bytes.length) {
      const part = await this.#file.write(bytes, written, bytes.length - written, this.#length)
      written += part.bytesWritten
      this.#length += part.bytesWritten
    }
  }

  /** Resolves once the disk has everything. */
  async end() {
    await this.#file.sync()
  }

  close() {
    return this.#file.close()
  }
}

/** @param {string} path @param {{ resume: boolean, force: boolean }} options */
async function openFile(path, { resume, force }) {
  try {
    return await open(path, resume || force ? 'r+' : 'wx+')
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error)
    if (code === 'EEXIST')
      throw new UsageError(`${path} exists`, 'Continue it with --resume, or replace it with --force.')
    if (code === 'ENOENT' && (resume || force)) return open(path, 'wx+')
    throw error
  }
}

/**
 * Finds the last complete line of a file, from its end.
 *
 * @param {FileHandle} file
 * @returns {Promise<{ end: number, line: string | undefined }>} `end`: the place behind it
 */
async function lastLine(file) {
  const { size } = await file.stat()
  const end = (await lastNewline(file, size)) + 1
  if (end === 0) return { end, line: undefined }
  const start = (await lastNewline(file, end - 1)) + 1
  const bytes = Buffer.alloc(end - 1 - start)
  await file.read(bytes, 0, bytes.length, start)
  return { end, line: bytes.toString() }
}

/** The place of the last newline in front of a place; -1 if there is none. @param {FileHandle} file @param {number} before */
async function lastNewline(file, before) {
  for (let end = before; end > 0; end -= BLOCK) {
    const start = Math.max(0, end - BLOCK)
    const block = Buffer.alloc(end - start)
    await file.read(block, 0, block.length, start)
    const index = block.lastIndexOf(NEWLINE)
    if (index !== -1) return start + index
  }
  return -1
}

/** @param {string} line @param {string} path */
function entryOf(line, path) {
  try {
    return parseLine(line, 0)
  } catch (error) {
    if (!(error instanceof RedisStateError)) throw error
    throw new UsageError(`${path} is no export: its last line is no entry`, 'Name another file.')
  }
}

module.exports = { ExportFile }
