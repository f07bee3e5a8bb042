// @ts-check
// Runs a fixture as a child process with another Node.js, with flags, or with environment variables.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const MAX_DURATION = 120_000

/**
 * @param {string} fixture name of a file in fixtures/
 * @param {string[]} args
 * @param {{ node?: string, flags?: string[], env?: Record<string, string> }} [options] `env`: added to the variables of
 *   this process
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, stdout: string, stderr: string }>}
 */
export async function runNode(fixture, args, { node = process.execPath, flags = [], env = {} } = {}) {
  const file = fileURLToPath(new URL(`../fixtures/${fixture}`, import.meta.url))
  const child = spawn(node, [...flags, file, ...args], { env: { ...process.env, ...env } })
  const deadline = setTimeout(() => child.kill('SIGKILL'), MAX_DURATION)
  const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)]
  const [code, signal] = await once(child, 'close')
  clearTimeout(deadline)
  return { code, signal, stdout: await stdout, stderr: await stderr }
}

/** @param {import('node:stream').Readable} stream */
async function textOf(stream) {
  let text = ''
  for await (const piece of stream.setEncoding('utf8')) text += piece
  return text
}
