// @ts-check
// Chooses the store of the demo: a given server, a local one, one that it starts, or the embedded store.

import { ping } from '../redis-ping.mjs'
import { RedisProcess } from '../redis-process.mjs'
import { findServer } from '../redis-server.mjs'

/**
 * @typedef {object} Store
 * @property {string} url
 * @property {string} title
 * @property {boolean} shared whether another process can use it
 * @property {boolean} mayConfigure whether the demo may change settings of the server: only of one that it has started
 * @property {() => Promise<void>} stop
 */

/** @returns {Promise<Store>} */
export async function chooseStore() {
  return given() ?? (await local()) ?? (await started()) ?? embedded('no Redis was given, found or installed')
}

/** @returns {Store | undefined} */
function given() {
  const url = process.env.REDIS_URL
  if (!url) return
  if (url.startsWith('memory:')) return embedded('REDIS_URL asks for it')
  return ofUser(url, `${withoutPassword(url)} (REDIS_URL)`)
}

/**
 * @param {string} url
 * @param {string} title
 * @returns {Store}
 */
function ofUser(url, title) {
  return { url, title, shared: true, mayConfigure: false, stop: async () => {} }
}

/** @param {string} url */
function withoutPassword(url) {
  return url.replace(/\/\/[^/]*@/, '//')
}

/** @returns {Promise<Store | undefined>} */
async function local() {
  const answer = await ping(6379, { host: 'localhost', within: 500 }).catch(() => '')
  if (answer.startsWith('+PONG')) {
    return ofUser('redis://localhost:6379', 'the Redis on localhost:6379')
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
  return { url: server.url, title, shared: true, mayConfigure: true, stop: () => server.stop() }
}

/**
 * @param {string} why
 * @returns {Store}
 */
function embedded(why) {
  const title = `the embedded store, as ${why}`
  return { url: 'memory:demo', title, shared: false, mayConfigure: true, stop: async () => {} }
}
