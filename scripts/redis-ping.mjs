// @ts-check

import { once } from 'node:events'
import { connect } from 'node:net'

/**
 * Sends PING to a port.
 *
 * @param {number} port
 * @param {{ host?: string, within: number }} options `within`: timeout in milliseconds
 * @returns {Promise<string>} the first chunk of the reply; rejects if there is none
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
