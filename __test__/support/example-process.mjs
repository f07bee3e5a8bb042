// @ts-check
// Runs a program of `examples/` as a user would: a process of its own, stopped by SIGTERM.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const MAX_MS = 120_000

export class ExampleProcess {
  #child
  #lines
  #closed
  /** @type {string[]} */
  output = []

  /**
   * @param {import('node:test').TestContext} t the process ends with this test
   * @param {string} program
   * @param {{ args?: string[], env: Record<string, string> }} options `env`: added to the variables of this process
   */
  constructor(t, program, { args = [], env }) {
    this.#child = spawn(process.execPath, ['--no-warnings', program, ...args], {
      env: { ...process.env, PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => this.#child.kill('SIGKILL'))
    this.#closed = once(this.#child, 'close')
    this.#lines = createInterface(this.#child.stdout)
    this.#lines.on('line', (line) => this.output.push(line))
  }

  /**
   * The first line that matches, also one printed before.
   *
   * @param {RegExp} pattern
   */
  async line(pattern) {
    const signal = AbortSignal.timeout(MAX_MS)
    for (;;) {
      const found = this.output.map((line) => pattern.exec(line)).find(Boolean)
      if (found) return found
      await Promise.race([once(this.#lines, 'line', { signal }), this.#failOnEnd(pattern)])
    }
  }

  /** The address that a server prints. */
  async url() {
    const [url] = await this.line(/http:\S+/)
    return url
  }

  /** @returns {Promise<number | null>} the exit code of a program that ends by itself */
  async ended() {
    const [code] = await this.#closed
    return code
  }

  /** Ends the program at once. */
  async kill() {
    this.#child.kill('SIGKILL')
    await this.#closed
  }

  /** @returns {Promise<number | null>} the exit code after SIGTERM */
  async terminate() {
    this.#child.kill('SIGTERM')
    const [code] = await this.#closed
    return code
  }

  /** @param {RegExp} pattern */
  async #failOnEnd(pattern) {
    const [code] = await this.#closed
    throw new Error(`the program ended with code ${code} and printed no ${pattern}: ${this.output.join('\n')}`)
  }
}
