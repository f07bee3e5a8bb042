// @ts-check
'use strict'

const { createHash } = require('node:crypto')
const { readdirSync, readFileSync } = require('node:fs')
const { extname, join, sep } = require('node:path')
const { packageFolder } = require('../package.js')
const { send } = require('./responses.js')

/** @typedef {{ content: Buffer, type: string, etag: string }} StaticFile */

const FOLDER = join(packageFolder, 'lib', 'inspector', 'page')

/** @type {Record<string, string>} */
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** @type {Map<string, StaticFile> | undefined} */
let files

/**
 * The file of the page with this path. All are read when the first one is needed, and no other file is ever served.
 *
 * @param {string} path
 */
function staticFile(path) {
  files ??= readAll()
  return files.get(path === '' ? 'index.html' : path)
}

function readAll() {
  const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => extname(name) in TYPES)
  return new Map(names.map((name) => [name.replaceAll(sep, '/'), readOne(name)]))
}

/** @param {string} name @returns {StaticFile} */
function readOne(name) {
  const content = readFileSync(join(FOLDER, name))
  const etag = `"${createHash('sha256').update(content).digest('base64url')}"`
  return { content, etag, type: TYPES[extname(name)] }
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {StaticFile} file
 */
function sendFile(request, response, { content, type, etag }) {
  // Asked for again each time, as a new version of the package has files with the same names.
  const headers = { 'content-type': type, 'cache-control': 'private, no-cache', etag }
  const isKnown = (request.headers['if-none-match'] ?? '').split(/\s*,\s*/).includes(etag)
  if (isKnown) sendUnchanged(response, headers)
  else send(response, 200, headers, content)
}

/** @param {import('node:http').ServerResponse} response @param {Record<string, string>} headers */
function sendUnchanged(response, headers) {
  response.writeHead(304, headers)
  response.end()
}

module.exports = { sendFile, staticFile }
