// @ts-check
// Servers and a folder for all tests of a file.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach } from 'node:test'
import { startRedis } from './redis.mjs'

/**
 * Servers that are emptied before each test, and stopped after the last one.
 *
 * @param {number} count
 */
export async function serversOfFile(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => startRedis()))
  after(() => Promise.all(servers.map((server) => server.stop())))
  const clients = await Promise.all(servers.map((server) => server.client()))
  beforeEach(() => Promise.all(clients.map((client) => client.flushAll())))
  /** @type {Record<string, string>} names the first one for the command line */
  const env = { REDIS_URL: servers[0].url }
  return { servers, clients, env }
}

/** One server, emptied before each test. */
export async function serverOfFile() {
  const {
    servers: [server],
    clients: [client],
    env,
  } = await serversOfFile(1)
  return { server, client, env }
}

/** The path of a file with this name, in a folder that is removed after the last test. */
export function folderOfFile() {
  const folder = mkdtempSync(join(tmpdir(), 'tests-'))
  after(() => rmSync(folder, { recursive: true }))
  return (/** @type {string} */ name) => join(folder, name)
}
