// @ts-check
// Which store the demo works on: the given one, a local one, one of its own, or the embedded one.

import { once } from 'node:events'
import { connect } from 'node:net'
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
  const answer = await ping('localhost', 6379)
  if (answer.startsWith('+PONG')) {
    return { url: 'redis://localhost:6379', title: 'the Redis on localhost:6379', shared: true, stop: async () => {} }
  }
  if (answer) console.log(`The Redis on localhost:6379 is not used (${answer.trim()}); REDIS_URL can give a password.`)
}

/**
 * @param {string} host
 * @param {number} port
 * @returns {Promise<string>} the answer, empty when there is none
 */
async function ping(host, port) {
  const socket = connect(port, host)
  try {
    socket.write('PING\r\n')
    const [answer] = await once(socket, 'data', { signal: AbortSignal.timeout(500) })
    return String(answer)
  } catch {
    return ''
  } finally {
    socket.destroy()
  }
}

/** @returns {Promise<Store | undefined>} */
async function started() {
  const program = findServer()
  if (!program) return
  // Later than the others, as it needs the development dependencies.
  const { startRedis } = await import('../../__test__/support/redis.mjs')
  const server = await startRedis()
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
