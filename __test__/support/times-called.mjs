// @ts-check

/**
 * @param {import('./redis.mjs').Client} client
 * @param {string} command
 * @returns {Promise<number>} how often the server ran it since its statistics were reset
 */
export async function timesCalled(client, command) {
  const stats = await client.info('commandstats')
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
}
