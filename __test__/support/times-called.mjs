// @ts-check

/**
 * @param {import('./redis.mjs').Client} client
 * @param {string} command
 * @returns {Promise<number>} number of executions since the statistics of the server were reset
 */
export async function timesCalled(client, command) {
  const stats = await client.info('commandstats')
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
}
