// @ts-check
// Runs the command line in this process, or as a program.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const { run } = createRequire(import.meta.url)('../../lib/cli/run.js')

export const PROGRAM = fileURLToPath(new URL('../../bin/redis-state-adapter.js', import.meta.url))

/**
 * @typedef {object} Surroundings
 * @property {Record<string, string | undefined>} [env]
 * @property {string} [stdin]
 * @property {boolean} [isTTY] whether all three streams are terminals
 * @property {AbortSignal} [signal]
 * @property {() => number} [clock]
 * @property {(text: string) => void} [onStdout] called with each piece
 * @property {(text: string) => void} [onStderr]
 */

/**
 * Runs a command line in this process.
 *
 * @param {string[]} argv
 * @param {Surroundings} [surroundings]
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>}
 */
export async function cli(argv, { env = {}, stdin = '', isTTY = false, signal, clock, onStdout, onStderr } = {}) {
  const [stdout, stderr] = [collecting(isTTY, onStdout), collecting(isTTY, onStderr)]
  const input = Object.assign(readable(stdin), { isTTY })
  const io = { stdout: stdout.stream, stderr: stderr.stream, stdin: input, env, signal, clock }
  return { code: await run(argv, io), stdout: stdout.text(), stderr: stderr.text() }
}

/**
 * Runs a command line whose stdout fails with the first output: its reader has gone.
 *
 * @param {string[]} argv
 * @param {Surroundings} surroundings
 * @param {string} [code] of the error of stdout
 */
export async function withoutReader(argv, { env = {}, stdin = '', onStderr }, code = 'EPIPE') {
  const stderr = collecting(false, onStderr)
  const broken = Object.assign(new Error(`write ${code}`), { code })
  const stdout = new Writable({ write: (_piece, _encoding, done) => done(broken) })
  const exitCode = await run(argv, { stdout, stderr: stderr.stream, stdin: readable(stdin), env })
  return { code: exitCode, stderr: stderr.text() }
}

/**
 * Runs a command line that must not fail, and returns what it printed.
 *
 * @param {string[]} argv
 * @param {Surroundings} [surroundings]
 */
export async function printed(argv, surroundings) {
  const { code, stdout, stderr } = await cli(argv, surroundings)
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`)
  return stdout
}

/** The result that a command line prints with `--json`. @param {string[]} argv @param {Surroundings} [surroundings] @returns {Promise<any>} */
export async function printedJson(argv, surroundings) {
  return JSON.parse(await printed([...argv, '--json'], surroundings))
}

/**
 * Starts the program as a process of its own.
 *
 * @param {string[]} argv
 * @param {Record<string, string>} [env]
 */
export function startProgram(argv, env = {}) {
  return spawn(process.execPath, [PROGRAM, ...argv], { env: { ...process.env, ...env } })
}

/**
 * What a process printed, and how it ended.
 *
 * @param {import('node:child_process').ChildProcessWithoutNullStreams} child
 */
export async function ended(child) {
  const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)]
  const [code, signal] = await once(child, 'close')
  return { code, signal, stdout: stdout(), stderr: stderr() }
}

/** @param {Readable} stream the test may destroy it */
function textOf(stream) {
  let text = ''
  stream.setEncoding('utf8').on('data', (piece) => {
    text += piece
  })
  return () => text
}

/** @param {string} text */
function readable(text) {
  return Readable.from(text === '' ? [] : [Buffer.from(text)])
}

/** @param {boolean} isTTY @param {(text: string) => void} [onText] */
function collecting(isTTY, onText = () => {}) {
  /** @type {Buffer[]} */
  const pieces = []
  const stream = new Writable({
    write(piece, _encoding, done) {
      pieces.push(piece)
      onText(String(piece))
      done()
    },
  })
  return { stream: Object.assign(stream, { isTTY, columns: 80 }), text: () => Buffer.concat(pieces).toString() }
}
