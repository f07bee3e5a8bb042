// @ts-check

/**
 * Makes the server close the connections of all other clients.
 *
 * @param {import('./redis.mjs').Client} client
 */
export async function killOtherClients(client) {
  await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
}
