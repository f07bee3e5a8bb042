// @ts-check
// Makes calls of all kinds until the adapter is closed.

/** @typedef {import('redis-state-adapter').RedisStateAdapter} RedisStateAdapter */

const width = 300

/**
 * @param {RedisStateAdapter} state
 * @returns {Promise<unknown>} resolves after the first round of each loop; the loops continue
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
