// @ts-check

import { until } from './until.mjs'

/** @import { Client } from './redis.mjs' */

/**
 * Waits until a replica has executed all that its primary has executed so far. WAIT does not show it: it counts only
 * the writes of its own connection.
 *
 * @param {Client} primary
 * @param {Client} replica
 */
export async function replicated(primary, replica) {
  const offset = await offsetOf(primary, 'master_repl_offset')
  await until(async () => (await offsetOf(replica, 'slave_repl_offset')) >= offset)
}

/** @param {Client} client @param {string} field @returns {Promise<number>} NaN if it has no such field */
async function offsetOf(client, field) {
  return Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(await client.info('replication'))?.[1])
}
