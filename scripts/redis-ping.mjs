// @ts-check

import { once } from 'node:events'
import { connect } from 'node:net'

/**
 * Says PING to whatever listens on a port.
 *
 * @param {number} port
 * @param {{ host?: string, within: number }} options `within` so many milliseconds
 * @returns {Promise<string>} the first piece of its answer; rejects when there is none
 */
export async function ping(port, { host = '127.0.0.1', within }) {
  const socket = connect(port, host)
  try {
    socket.write('PING\r\n')
    const [answer] = await once(socket, 'data', { signal: AbortSignal.timeout(within) })
    return String(answer)
  } finally {
    socket.destroy()
  }
}
