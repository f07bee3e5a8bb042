// @ts-check
// A process that maintains a copy of all entries from the changes of a watch, and finally reports how it differs from
// the store.

import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { RedisStateAdapter } from 'redis-state-adapter'

/** @typedef {Map<string, unknown>} Copy values by trace id and key */

/**
 * Maximum delay between a write and its change event, in milliseconds. A watch whose connections are all jammed is
 * active again after 17 seconds with this `commandTimeout`.
 */
const MAX_DELAY = 40_000
const COMMAND_TIMEOUT = 5000

/** @type {RedisStateAdapter} */
let state
/** @type {Copy} */
let copy = new Map()

process.on('message', async (/** @type {any} */ message) => {
  if (message.options) await begin(message.options)
  if (message.stop) {
    process.send?.({ differences: await differences() })
    await state.cleanup()
    process.disconnect()
  }
})

// The parent process has ended.
process.on('disconnect', () => process.exit())

/** @param {Record<string, any>} options */
async function begin(options) {
  state = new RedisStateAdapter({ ...options, commandTimeout: COMMAND_TIMEOUT })
  const changes = state.watch(undefined, undefined, { values: true, configure: true })
  await changes.ready
  copy = await listed()
  process.send?.({ ready: true })
  for await (const change of changes) {
    if (change.type === 'gap') copy = await listed()
    else if (change.type === 'deleted') copy.delete(nameOf(change.traceId, change.key))
    else copy.set(nameOf(change.traceId, change.key), change.value)
  }
}

/** All entries of the store. Repeats a listing that fails, because the copy depends on it. @returns {Promise<Copy>} */
async function listed() {
  for (;;) {
    try {
      const items = await state.items({})
      return new Map(items.map(({ groupId, key, value }) => [nameOf(groupId, key), value]))
    } catch {
      await pause(100)
    }
  }
}

/** Differences between copy and store, after the last change events have arrived. */
async function differences() {
  for (const end = performance.now() + MAX_DELAY; ; await pause(100)) {
    const store = await listed()
    const names = new Set([...store.keys(), ...copy.keys()])
    const differing = [...names].filter((name) => !isDeepStrictEqual(store.get(name), copy.get(name)))
    if (differing.length === 0 || performance.now() > end) {
      return differing.map(
        (name) => `${name}: ${show(store.get(name))} in the store, ${show(copy.get(name))} in the copy`,
      )
    }
  }
}

/** @param {string} traceId @param {string} key */
const nameOf = (traceId, key) => JSON.stringify([traceId, key])
/** @param {unknown} value */
const show = (value) => (value === undefined ? 'nothing' : JSON.stringify(value))
