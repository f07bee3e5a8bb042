// @ts-check
// Reads the log of a redis-server while it starts.

/** @typedef {import('node:child_process').ChildProcessByStdio<null, import('node:net').Socket, null>} Child */

/** The server did not start, because its port is in use. */
export class PortTaken extends Error {}

/**
 * Waits for the log line that shows that the server listens.
 *
 * @param {Child} child
 * @param {{ sign: string, within: number }} options `sign`: part of that line; `within`: milliseconds after which it is
 *   killed
 * @returns {Promise<void>}
 */
export function ready(child, { sign, within }) {
  return new Promise((resolve, reject) => {
    let log = ''
    const deadline = setTimeout(() => child.kill('SIGKILL'), within)
    child.stdout.setEncoding('utf8').on('data', onData)
    child.once('error', onEnd).once('close', onEnd)

    /** @param {string} text */
    function onData(text) {
      log += text
      if (!log.includes(sign)) return
      settle()
      resolve()
    }

    /** @param {unknown} cause */
    function onEnd(cause) {
      settle()
      const Failure = log.includes('Address already in use') ? PortTaken : Error
      reject(new Failure(`redis-server did not start:\n${log}`, { cause }))
    }

    function settle() {
      clearTimeout(deadline)
      child.off('error', onEnd).off('close', onEnd)
      // Keep reading the pipe, or a server that logs much would block.
      child.stdout.off('data', onData).resume()
    }
  })
}
