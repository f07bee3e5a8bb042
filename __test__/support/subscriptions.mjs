// @ts-check
// Servers whose subscriptions a test counts or cuts.

import { open } from './open.mjs'
import { started } from './redis.mjs'
import { until } from './until.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { Client } from './redis.mjs'
 */

/**
 * @param {TestContext} t
 * @param {string[]} [args]
 */
export async function onServer(t, args) {
  const server = await started(t, args)
  return { server, client: await server.client(), state: open(t, { url: server.url }) }
}

/** @param {Client} client */
export async function subscribers(client) {
  const lines = String(await client.sendCommand(['CLIENT', 'LIST', 'TYPE', 'pubsub']))
    .trim()
    .split('\n')
  return lines.filter(Boolean).map((line) => Object.fromEntries(line.split(' ').map((field) => field.split('='))))
}

/** @param {Client} client */
export async function subscriptionsAt(client) {
  return (await subscribers(client)).length
}

/** @param {Client} client */
export async function noSubscriptionAt(client) {
  await until(async () => (await subscriptionsAt(client)) === 0)
}

/** @param {Client} client */
export async function cutSubscriptions(client) {
  await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub'])
}
