// @ts-check
// Adapters on a Cosmos DB of the tests, closed at the end of their test.

import { randomUUID } from 'node:crypto'
import { before } from 'node:test'
import { CosmosStateAdapter } from 'redis-state-adapter/cosmos'
import { account, containerOf } from './rust-emulator.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { CosmosStateAdapterOptions } from 'redis-state-adapter/cosmos'
 *
 * @typedef {Partial<CosmosStateAdapterOptions>} Options
 */

/** Long, because what is tested is not how fast a busy machine is. */
const patient = { commandTimeout: 60_000 }
const key = Buffer.from('any').toString('base64')

/**
 * @param {TestContext} t
 * @param {{ url: string }} server
 * @param {Options} [options]
 */
export function openOn(t, { url }, options) {
  const names = { database: 'state', container: 'items' }
  const state = new CosmosStateAdapter({ url, key, ...names, ...patient, ...options })
  t.after(() => state.cleanup())
  return state
}

/**
 * A container of the in-memory Cosmos DB for the tests of a suite.
 *
 * @param {import('./rust-emulator.mjs').Consistency} [consistency] of the account
 */
export function emulatorOfSuite(consistency) {
  const names = { database: `state-${randomUUID()}`, container: 'items' }
  /** @type {import('./rust-emulator.mjs').Account} */
  let server
  /** @type {import('@azure/cosmos').Container} */
  let container
  before(async () => {
    server = await account(consistency)
    container = await containerOf(server, names)
  })
  return {
    /** @param {TestContext} t @param {Options} [options] */
    open: (t, options) => openOn(t, server, { ...names, ...options }),
    /** The container, as another program sees it. */
    raw: () => container,
    url: () => server.url,
    names,
  }
}
