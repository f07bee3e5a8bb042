// @ts-check
'use strict'

const { open, readdir, stat } = require('node:fs/promises')
const { basename, extname, join, relative } = require('node:path')
const { fileURLToPath } = require('node:url')
const { kindOf } = require('../input/received.js')
const { Document } = require('./document.js')
const { NUL, isForeign, looksForeign } = require('./foreign.js')
const { isRecord, malformed } = require('./malformed.js')

const MAX_FILES = 1000
const MAX_FILE_BYTES = 256 * 1024
const EXTENSIONS = ['.yaml', '.yml', '.json']

/**
 * Reads the documents of a source.
 *
 * @param {unknown} source path of a folder or a file, or an object
 * @returns {Promise<{ documents: Document[], isFolder: boolean }>}
 */
async function readSource(source) {
  const path = pathOf(source)
  if (path === undefined) return { documents: [new Document(source)], isFolder: false }
  const isFolder = (await statOf(path)).isDirectory()
  const files = isFolder ? await filesOf(path) : [path]
  /** @type {Document[]} */
  const documents = []
  for (const file of files) documents.push(...(await (isFolder ? ownDocumentsOf(file) : documentsOf(file))))
  return { documents: documents.filter(({ value }) => value !== null && value !== undefined), isFolder }
}

/** @param {unknown} source */
function pathOf(source) {
  if (source instanceof URL && source.protocol === 'file:') return fileURLToPath(source)
  if (typeof source === 'string' && source !== '' && !/^\w+:\/\//.test(source)) return source
  if (isRecord(source) && !(source instanceof URL)) return undefined
  const got = typeof source === 'string' || source instanceof URL ? 'a url or an empty text' : kindOf(source)
  const remedy = "For one url: StateStores.load({ stores: { name: { url: 'redis://…' } } })."
  throw malformed('source', `expected the path of a folder or a file, or an object of stores, got ${got}`, remedy)
}

/** @param {string} path */
async function statOf(path) {
  try {
    return await stat(path)
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** The files of a folder, without those below it, as Dapr reads it. @param {string} folder */
async function filesOf(folder) {
  const entries = (await readdir(folder, { withFileTypes: true })).filter((entry) => !entry.isDirectory())
  const names = entries.map(({ name }) => name).filter((name) => EXTENSIONS.includes(extname(name).toLowerCase()))
  if (names.length > MAX_FILES) throw malformed(shownPath(folder), `has more than ${MAX_FILES} files`)
  return names.sort().map((name) => join(folder, name))
}

/** The documents of a file of a folder, without those for other programs. @param {string} path */
async function ownDocumentsOf(path) {
  try {
    return (await documentsOf(path)).filter(({ value }) => !isForeign(value))
  } catch (error) {
    const isJson = extname(path).toLowerCase() === '.json'
    if (isJson && looksForeign(await beginningOf(path))) return []
    throw error
  }
}

/** @param {string} path */
async function documentsOf(path) {
  const file = shownPath(path)
  if (!EXTENSIONS.includes(extname(path).toLowerCase()))
    throw malformed(file, `expected a file with ${EXTENSIONS.join(', ')}`)
  const text = await readText(path, file)
  if (extname(path).toLowerCase() === '.json') return [new Document(parseJson(text, file), file)]
  return require('./yaml.js').parseYaml(text, file)
}

/**
 * Reads a small file, and not more of a large one.
 *
 * @param {string} path
 * @param {string} file as messages show it
 */
async function readText(path, file) {
  // A pipe could keep its reader waiting.
  if (!(await statOf(path)).isFile()) throw malformed(file, 'is no file')
  const text = await beginningOf(path)
  if (Buffer.byteLength(text) > MAX_FILE_BYTES) throw malformed(file, `is larger than ${MAX_FILE_BYTES / 1024} kB`)
  if (text.includes(NUL)) throw malformed(file, 'is no text in UTF-8', 'Save it as UTF-8, not as UTF-16.')
  return text.replace(/^\ufeff/, '')
}

/** A byte more than files may have. @param {string} path */
async function beginningOf(path) {
  try {
    const handle = await open(path)
    try {
      const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(MAX_FILE_BYTES + 1) })
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** @param {string} path @param {any} error */
function unreadable(path, error) {
  return typeof error.syscall === 'string' ? malformed(shownPath(path), `cannot be read (${error.code})`) : error
}

/**
 * @param {string} text
 * @param {string} file as messages show it
 */
function parseJson(text, file) {
  try {
    return JSON.parse(text)
  } catch (error) {
    // The message of V8 quotes the text, which may have secrets.
    const [, offset] = /at position (\d+)/.exec(String(error)) ?? []
    const line = text.slice(0, offset === undefined ? undefined : Number(offset)).split('\n').length
    throw malformed(`${file}:${line}`, 'is not valid JSON')
  }
}

/** @param {string} path */
function shownPath(path) {
  const shorter = relative(process.cwd(), path)
  return shorter === '' || shorter.startsWith('..') ? path : shorter
}

/** The name of a file without its extension. @param {string} file */
function stemOf(file) {
  return basename(file, extname(file))
}

module.exports = { parseJson, readSource, readText, stemOf }
