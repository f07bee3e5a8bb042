// @ts-check

import { reservePort } from '../../scripts/reserved-port.mjs'

/**
 * @returns {Promise<number>} a port of 127.0.0.1 on which no process listens, and which no other test gets while this
 *   process runs
 */
export async function unusedPort() {
  return (await reservePort()).number
}
