// @ts-check
// The Cosmos DB of the Rust driver, in memory: batches are atomic, partitions are apart, and it has the limits of the
// service. It has no expiry, and refuses no key.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { after } from 'node:test'
import { CosmosClient } from '@azure/cosmos'
import { cosmosEmulator, NoCosmosEmulator } from '../../../scripts/cosmos-emulator.mjs'

/**
 * @typedef {object} Account
 * @property {string} url
 * @property {string} key any key is accepted; `@azure/cosmos` demands base64
 * @property {import('node:child_process').ChildProcess} child
 *
 * @typedef {'session' | 'strong' | 'eventual'} Consistency
 */

/** Why the tests of the emulator are skipped, if they are. */
export const skip = reasonToSkip()

/** @type {Map<Consistency, Promise<Account>>} */
const accounts = new Map()
/** @type {CosmosClient[]} */
const clients = []

after(async () => {
  for (const client of clients) client.dispose()
  for (const account of accounts.values()) await stop(await account)
})

/**
 * An account that the tests of a file share.
 *
 * @param {Consistency} [consistency] of the account
 * @returns {Promise<Account>}
 */
export function account(consistency = 'session') {
  const running = accounts.get(consistency) ?? start(consistency)
  accounts.set(consistency, running)
  return running
}

/**
 * A container of the account, as the client library sees it; it is created if it does not exist.
 *
 * @param {Account} account
 * @param {{ database: string, container: string, partitionKey?: string }} names
 */
export async function containerOf({ url, key }, { database, container, partitionKey = '/partitionKey' }) {
  const client = new CosmosClient({ endpoint: url, key })
  clients.push(client)
  const made = await client.databases.createIfNotExists({ id: database })
  return (await made.database.containers.createIfNotExists({ id: container, partitionKey })).container
}

function reasonToSkip() {
  if (process.env.REDIS_STATE_DRIVER === 'thread') return 'runs once, with the other driver'
  try {
    cosmosEmulator()
    return false
  } catch (error) {
    if (!(error instanceof NoCosmosEmulator)) throw error
    return `there is no in-memory Cosmos DB: ${error.message}`
  }
}

/** @param {Consistency} consistency */
async function start(consistency) {
  const child = spawn(cosmosEmulator(), [consistency], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)
  const [port] = await Promise.race([once(lines, 'line'), once(child, 'exit').then(ended)])
  return { url: `http://127.0.0.1:${port}`, key: Buffer.from('any').toString('base64'), child }
}

/** @param {Account} account */
async function stop({ child }) {
  if (child.kill()) await once(child, 'exit')
}

/** @param {unknown[]} exit @returns {never} */
function ended([code, signal]) {
  throw new Error(`the Cosmos DB of the tests ended with ${code ?? signal}`)
}
