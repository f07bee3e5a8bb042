// @ts-check

import { load } from './load.mjs'

/** Its texts have the value within an object. */
export const storesOtherTexts = true

/** @param {string} url */
export async function open(url) {
  const [{ Keyv }, { default: KeyvRedis }] = await Promise.all([load('keyv'), load('@keyv/redis')])
  const keyv = new Keyv({ store: new KeyvRedis(url) })
  const name = (/** @type {string} */ traceId, /** @type {string} */ key) => `${traceId}:${key}`
  return {
    get: async (/** @type {string} */ traceId, /** @type {string} */ key) =>
      (await keyv.get(name(traceId, key))) ?? null,
    set: (/** @type {string} */ traceId, /** @type {string} */ key, /** @type {unknown} */ value) =>
      keyv.set(name(traceId, key), value),
    cleanup: () => keyv.disconnect(),
  }
}
