// @ts-check
// The processes of the candidates, which end with this one.

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { findBun } from '../install.mjs'

/**
 * @typedef {import('node:child_process').ChildProcess} ChildProcess
 * @typedef {import('../types.js').Candidate} Candidate
 */

/** Without the stacks of calls, which this package captures by default in development; the clients in `clients/` have an option. */
const PRODUCTION = { NODE_ENV: 'production' }

/** @type {Set<ChildProcess>} */
const running = new Set()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * @param {Candidate} candidate
 * @param {'main' | 'adapter' | 'cold'} script
 * @param {string[]} urls
 */
export function start(candidate, script, urls) {
  const program = candidate.runtime === 'bun' ? findBun() : process.execPath
  if (!program) throw new Error('no Bun for this platform')
  return run(program, script, [candidate.name, ...urls])
}

/** @param {string[]} args of driver/loading.mjs */
export function startLoading(args) {
  return run(process.execPath, 'loading', args)
}

/**
 * @param {string} program
 * @param {'main' | 'adapter' | 'cold' | 'loading'} script
 * @param {string[]} args
 */
function run(program, script, args) {
  const file = fileURLToPath(new URL(`../driver/${script}.mjs`, import.meta.url))
  // Bun supports no other serialization with Node.js. The output of the JavaScript adapter is ignored.
  const child = spawn(program, [file, ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'json',
    env: { ...process.env, ...(script === 'adapter' && PRODUCTION) },
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

/**
 * The next message of a process.
 *
 * @param {ChildProcess} child
 * @param {number} withinMs
 * @returns {Promise<any>}
 */
export function nextMessage(child, withinMs) {
  let log = ''
  const onLog = (/** @type {Buffer} */ chunk) => {
    log = `${log}${chunk}`.slice(-2_000)
  }
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => fail(`no answer within ${withinMs / 1e3} s`), withinMs)
    child.stderr?.on('data', onLog)
    child.once('message', onMessage).once('close', onClose).once('error', onError)

    /** @param {unknown} message */
    function onMessage(message) {
      settle()
      resolve(message)
    }

    /** @param {number | null} code */
    function onClose(code) {
      fail(`its process ended with ${code}: ${log.trim()}`)
    }

    /** @param {Error} error */
    function onError(error) {
      fail(error.message)
    }

    /** @param {string} reason */
    function fail(reason) {
      settle()
      reject(new Error(reason))
    }

    function settle() {
      clearTimeout(deadline)
      child.off('message', onMessage).off('close', onClose).off('error', onError)
      // Keep reading the pipe, or the process would block.
      child.stderr?.off('data', onLog).resume()
    }
  })
}
