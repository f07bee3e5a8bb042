// @ts-check
// Runs a fixture as `run-fixture.mjs` does, by another Node.js, with flags, or in another environment.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const longest = 60_000

/**
 * @param {string} fixture name of a file in fixtures/
 * @param {string[]} args
 * @param {{ node?: string, flags?: string[], env?: Record<string, string> }} [options] `env`: what is different from
 *   that of this process
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, stdout: string, stderr: string }>}
 */
export async function runNode(fixture, args, { node = process.execPath, flags = [], env = {} } = {}) {
  const file = fileURLToPath(new URL(`../fixtures/${fixture}`, import.meta.url))
  const child = spawn(node, [...flags, file, ...args], { env: { ...process.env, ...env } })
  const deadline = setTimeout(() => child.kill('SIGKILL'), longest)
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
