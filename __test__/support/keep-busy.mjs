// @ts-check
// Calls of all kinds without an end.

/** @typedef {import('redis-state-adapter').RedisStateAdapter} RedisStateAdapter */

const width = 300

/**
 * @param {RedisStateAdapter} state
 * @returns {Promise<unknown>} resolves when each kind of call was answered and all go on
 */
export function keepBusy(state) {
  return Promise.all(Array.from({ length: width }, (_, index) => firstOf(state, `key-${index}`)))
}

/**
 * @param {RedisStateAdapter} state
 * @param {string} key
 */
function firstOf(state, key) {
  return new Promise((resolve, reject) => {
    goOn(state, key, () => resolve(undefined)).catch(reject)
  })
}

/**
 * @param {RedisStateAdapter} state
 * @param {string} key
 * @param {() => void} onRound
 */
async function goOn(state, key, onRound) {
  for (;;) {
    await state.set('load', key, { key })
    await state.get('load', key)
    if (key.endsWith('0')) await state.getGroup('load')
    await state.delete('load', key)
    onRound()
  }
}
