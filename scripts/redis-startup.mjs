// @ts-check
// What a redis-server says while it starts.

/** @typedef {import('node:child_process').ChildProcessByStdio<null, import('node:net').Socket, null>} Child */

/** The server did not start, because its port is another one's. */
export class PortTaken extends Error {}

/**
 * Waits for the line by which the server says that it listens.
 *
 * @param {Child} child
 * @param {{ sign: string, within: number }} options `sign`: part of that line; `within` so many milliseconds, after which
 *   it is killed
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
      // The pipe has to be emptied further on, or a server that logs much would stand still.
      child.stdout.off('data', onData).resume()
    }
  })
}
