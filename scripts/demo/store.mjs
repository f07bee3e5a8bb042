// @ts-check
// Which store the demo works on: the given one, a local one, one of its own, or the embedded one.

import { ping } from '../redis-ping.mjs'
import { RedisProcess } from '../redis-process.mjs'
import { findServer } from '../redis-server.mjs'

/** @typedef {{ url: string, title: string, shared: boolean, stop(): Promise<void> }} Store */

/** @returns {Promise<Store>} */
export async function chooseStore() {
  return given() ?? (await local()) ?? (await started()) ?? embedded('no Redis was given, found or installed')
}

/** @returns {Store | undefined} */
function given() {
  const url = process.env.REDIS_URL
  if (!url) return
  if (url.startsWith('memory:')) return embedded('REDIS_URL asks for it')
  return { url, title: `${withoutPassword(url)} (REDIS_URL)`, shared: true, stop: async () => {} }
}

/** @param {string} url */
function withoutPassword(url) {
  return url.replace(/\/\/[^/]*@/, '//')
}

/** @returns {Promise<Store | undefined>} */
async function local() {
  const answer = await ping(6379, { host: 'localhost', within: 500 }).catch(() => '')
  if (answer.startsWith('+PONG')) {
    return { url: 'redis://localhost:6379', title: 'the Redis on localhost:6379', shared: true, stop: async () => {} }
  }
  if (answer) console.log(`The Redis on localhost:6379 is not used (${answer.trim()}); REDIS_URL can give a password.`)
}

/** @returns {Promise<Store | undefined>} */
async function started() {
  const program = findServer()
  if (!program) return
  const server = new RedisProcess()
  await server.start()
  const title = `${program} on port ${server.port}, started for the demo and stopped with it`
  return { url: server.url, title, shared: true, stop: () => server.stop() }
}

/**
 * @param {string} why
 * @returns {Store}
 */
function embedded(why) {
  return { url: 'memory:demo', title: `the embedded store, as ${why}`, shared: false, stop: async () => {} }
}
