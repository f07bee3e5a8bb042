// @ts-check
'use strict'

const { failure } = require('../errors.js')
const { Document } = require('./document.js')
const { malformed } = require('./malformed.js')

/** Component files are small and flat. What is larger or deeper would take the parser long, or is meant to. */
const MAX_TOKENS = 20_000
const MAX_DEPTH = 32
const MAX_INDENTATION = 100
const MAX_ITEMS_IN_A_LINE = 8
const MAX_ALIASES = 50
/** How often all aliases together may repeat a value. */
const MAX_ALIAS_EXPANSION = 20

const PLAIN_TAG = /^!!(str|bool|int|float|null|map|seq)$/

/**
 * Parses the documents of a YAML file, as Dapr reads them (YAML 1.1). The parser is an optional dependency.
 *
 * @param {string} text
 * @param {string} file as messages show it
 * @returns {Document[]}
 */
function parseYaml(text, file) {
  const yaml = loadParser(file)
  checkTokens(yaml, text, file)
  const lines = new yaml.LineCounter()
  // Its pretty errors quote the text, which may have secrets.
  const parsed = yaml.parseAllDocuments(text, { version: '1.1', prettyErrors: false, lineCounter: lines })
  const documents = Array.isArray(parsed) ? parsed : []
  return documents.map((document) => documentOf(yaml, document, { file, lines }))
}

/** @param {string} file @returns {any} */
function loadParser(file) {
  const load = /** @type {(name: string) => any} */ (require)
  try {
    return load('yaml')
  } catch (cause) {
    const remedy = 'Install it with npm install yaml@2, or describe the stores in JSON.'
    throw failure('ERR_UNSUPPORTED', `${file}: YAML files need the package yaml, which cannot be loaded`, {
      remedy,
      cause,
    })
  }
}

/**
 * Rejects texts that would take long to parse, by their tokens, which the lexer finds in one pass.
 *
 * @param {any} yaml
 * @param {string} text
 * @param {string} file
 */
function checkTokens(yaml, text, file) {
  const seen = { tokens: 0, depth: 0, line: 1, itemsInLine: 0, aliases: 0 }
  for (const token of new yaml.Lexer().lex(text)) {
    const problem = problemOf(yaml.CST.tokenType(token), token, seen)
    if (problem !== undefined) throw malformed(`${file}:${seen.line}`, problem)
    seen.line += token.split('\n').length - 1
  }
}

/**
 * @param {string} type
 * @param {string} token
 * @param {{ tokens: number, depth: number, line: number, itemsInLine: number, aliases: number }} seen
 * @returns {string | undefined} what is wrong
 */
function problemOf(type, token, seen) {
  seen.tokens += 1
  if (seen.tokens > MAX_TOKENS) return 'is too large for a configuration of stores'
  if (type === 'explicit-key-ind') return 'explicit keys ("? ") are not supported'
  if (type === 'tag' && !PLAIN_TAG.test(token)) return 'tags are not supported'
  if (type === 'alias' && ++seen.aliases > MAX_ALIASES) return 'has too many aliases'
  if (type === 'newline') seen.itemsInLine = 0
  if (type === 'seq-item-ind' && ++seen.itemsInLine > MAX_ITEMS_IN_A_LINE) return 'is nested too deeply'
  if (type === 'space' && token.length > MAX_INDENTATION) return 'is indented too deeply'
  if (type === 'flow-seq-start' || type === 'flow-map-start') seen.depth += 1
  if (type === 'flow-seq-end' || type === 'flow-map-end') seen.depth -= 1
  return seen.depth > MAX_DEPTH ? 'is nested too deeply' : undefined
}

/**
 * @param {any} yaml
 * @param {any} document
 * @param {{ file: string, lines: any }} place
 */
function documentOf(yaml, document, { file, lines }) {
  const lineAt = (/** @type {number} */ offset) => lines.linePos(offset).line
  const [mistake] = [...document.errors, ...document.warnings]
  if (mistake) throw malformed(`${file}:${lineAt(mistake.pos[0])}`, `is not valid YAML: ${reasonOf(mistake)}`)
  keepSources(yaml, document)
  const lineOf = (/** @type {import('./document.js').Path} */ path) => {
    const node = document.getIn(path, true) ?? document.getIn(path.slice(0, -1), true)
    return node?.range ? lineAt(node.range[0]) : undefined
  }
  try {
    return new Document(document.toJS({ maxAliasCount: MAX_ALIAS_EXPANSION }), file, lineOf)
  } catch {
    throw malformed(file, 'is not valid YAML: an alias is unresolved, or aliases repeat too much')
  }
}

/** Without the text of the mistake, which may quote a secret. @param {{ code: string }} mistake */
function reasonOf({ code }) {
  return code === 'DUPLICATE_KEY' ? 'a key is there twice (separate documents by a line with ---)' : code
}

/**
 * Makes each scalar that is no boolean and no null the text that the file has: `0123` in a password is no octal number.
 *
 * @param {any} yaml
 * @param {any} document
 */
function keepSources(yaml, document) {
  yaml.visit(document, {
    Scalar(/** @type {unknown} */ _key, /** @type {any} */ node) {
      const isText = typeof node.value === 'string' || typeof node.value === 'boolean' || node.value === null
      if (!isText && typeof node.source === 'string') node.value = node.source
    },
  })
}

module.exports = { parseYaml }
