// @ts-check
'use strict'

const { once } = require('node:events')
const { hasColours, jsonText, printable, styled, table } = require('./terminal.js')

/** @typedef {import('./command.js').Io} Io */

/** The reader of stdout has gone, such as `head`, which reads only the first lines. */
class BrokenPipe extends Error {}

/** Writes results to stdout and remarks to stderr. */
class Output {
  #io
  #onBroken
  #isBroken = false
  #hasColours
  #onError = (/** @type {NodeJS.ErrnoException} */ error) => this.#fail(error)
  /** @type {Error | undefined} */
  #failure = undefined

  /**
   * @param {Io} io
   * @param {{ json?: boolean, onBroken?: () => void }} [options] `json`: results as JSON. `onBroken`: called when stdout takes no more
   */
  constructor(io, { json = false, onBroken = () => {} } = {}) {
    this.#io = io
    this.isJson = json
    this.#onBroken = onBroken
    this.#hasColours = hasColours(io.stdout, io.env)
    io.stdout.on('error', this.#onError)
  }

  /** Whether the reader of stdout has gone. */
  get isBroken() {
    return this.#isBroken
  }

  /** Why stdout takes no more, if its reader is there, such as a full disk. */
  get failure() {
    return this.#failure
  }

  get isTerminal() {
    return this.#io.stdout.isTTY === true
  }

  /** Writes text, and waits while the reader is slow. @param {string} text */
  async write(text) {
    this.#check()
    if (!this.#io.stdout.write(text)) await this.#drained()
    this.#check()
  }

  /** @param {string} line */
  line(line) {
    return this.write(`${line}\n`)
  }

  /** @param {string[]} lines */
  async lines(lines) {
    if (lines.length > 0) await this.write(`${lines.join('\n')}\n`)
  }

  /** Writes a value as a line of JSON. @param {unknown} value */
  json(value) {
    return this.line(jsonText(value))
  }

  /**
   * Writes a result: with `--json` as it is, otherwise the lines that are made of it.
   *
   * @param {unknown} result
   * @param {() => string[]} linesOf
   */
  result(result, linesOf) {
    return this.isJson ? this.json(result) : this.lines(linesOf())
  }

  /** Lines of a table. @param {string[]} headings @param {string[][]} rows */
  table(headings, rows) {
    const [first, ...others] = table(headings, rows, this.#io.stdout)
    return [this.style(first, 'bold'), ...others]
  }

  /** @param {string} text @param {import('./terminal.js').Style} style */
  style(text, style) {
    return this.#hasColours ? styled(text, style) : text
  }

  /** Writes a remark to stderr. @param {string} text */
  note(text) {
    this.#io.stderr.write(`${printable(text)}\n`)
  }

  /** Says that there is no such entry. @param {string} text */
  notFound(text) {
    if (!this.isJson) return this.note(text)
    this.#io.stderr.write(`${jsonText({ error: { message: text, code: 'ERR_NOT_FOUND' } })}\n`)
  }

  /** Waits until the reader has everything. */
  async end() {
    await new Promise((resolve) => this.#io.stdout.write('', resolve))
    this.#io.stdout.removeListener('error', this.#onError)
    this.#check()
  }

  async #drained() {
    const { stdout } = this.#io
    const stop = new AbortController()
    const { signal } = stop
    try {
      // A reader that has gone emits `error` or `close`.
      await Promise.race([once(stdout, 'drain', { signal }), once(stdout, 'close', { signal })]).catch(() => {})
    } finally {
      stop.abort()
    }
  }

  /** @param {NodeJS.ErrnoException} error */
  #fail(error) {
    if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') this.#isBroken = true
    else this.#failure ??= error
    this.#onBroken()
  }

  #check() {
    if (this.#isBroken) throw new BrokenPipe('the reader of stdout has gone')
    if (this.#failure !== undefined) throw this.#failure
  }
}

module.exports = { BrokenPipe, Output }
