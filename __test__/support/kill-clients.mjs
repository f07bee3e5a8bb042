// @ts-check

/**
 * Has the server cut the connections of all clients but this one.
 *
 * @param {import('./redis.mjs').Client} client
 */
export async function killOtherClients(client) {
  await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
}
