// @ts-check

import { once } from 'node:events'

/**
 * Makes a server listen for one test, and closes it at its end.
 *
 * @param {import('node:test').TestContext} t
 * @param {import('node:net').Server} server
 * @returns {Promise<number>} its port
 */
export async function listening(t, server) {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => server.close())
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port
}
