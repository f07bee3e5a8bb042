// @ts-check
// Records and awaits the events of an adapter.

/** @typedef {import('redis-state-adapter').RedisStateAdapter} Adapter */
/** @typedef {import('redis-state-adapter').RedisStateAdapterEvents} Events */
/** @typedef {keyof Events} EventName */

/** Only an event that never comes takes so long, also on a busy machine. */
const TIMEOUT = 60_000
/** @type {EventName[]} */
const names = ['connect', 'ready', 'reconnecting', 'error', 'end']

/**
 * @param {Adapter} state
 * @returns {EventName[]} the names of events emitted so far; later events are appended
 */
export function record(state) {
  /** @type {EventName[]} */
  const seen = []
  for (const name of names) state.on(name, () => seen.push(name))
  return seen
}

/**
 * The next events with that name. The timer of the deadline also keeps the process alive, which an idle adapter does
 * not.
 *
 * @template {EventName} Name
 * @param {Adapter} state
 * @param {Name} name
 * @param {number} [count]
 * @returns {Promise<Events[Name][0][]>}
 */
export function next(state, name, count = 1) {
  return new Promise((resolve, reject) => {
    /** @type {any[]} */
    const infos = []
    const deadline = setTimeout(() => reject(new Error(`${infos.length} of ${count} events "${name}"`)), TIMEOUT)
    const emitter = /** @type {import('node:events').EventEmitter} */ (state)
    emitter.on(name, function onEvent(info) {
      infos.push(info)
      if (infos.length < count) return
      clearTimeout(deadline)
      emitter.off(name, onEvent)
      resolve(infos)
    })
  })
}

/**
 * The `ready` event after the next loss of the connection. A `ready` of the present connection does not count: it may
 * still be on its way to the JavaScript thread, even after the reply to a call has arrived.
 *
 * @param {Adapter} state
 * @returns {Promise<void>}
 */
export function readyAgain(state) {
  return new Promise((resolve, reject) => {
    let isLost = false
    const deadline = setTimeout(() => reject(new Error(isLost ? 'not ready again' : 'never lost')), TIMEOUT)
    const onLoss = () => {
      isLost = true
    }
    const onReady = () => {
      if (!isLost) return
      clearTimeout(deadline)
      state.off('reconnecting', onLoss).off('ready', onReady)
      resolve()
    }
    state.on('reconnecting', onLoss).on('ready', onReady)
  })
}
