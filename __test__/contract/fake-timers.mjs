// @ts-check
import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { install } from '@sinonjs/fake-timers'
import { range } from '../support/fill.mjs'
import { workspace } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** Large enough that a listing has several chunks. */
const LARGE_VALUES = range(6).map((index) => `${index}`.padEnd(1024 * 1024, 'x'))

/** @type {[library: string, fake: () => () => void][]} */
const LIBRARIES = [
  ['Jest and Sinon', fakeAll],
  ['node:test', fakeByNodeTest],
]

/** Fakes everything the library can fake, which is its default. */
function fakeAll() {
  const clock = install()
  return () => {
    // Node's own streams use process.nextTick: run the callbacks that they queued.
    clock.runMicrotasks()
    clock.uninstall()
  }
}

function fakeByNodeTest() {
  mock.timers.enable()
  return () => mock.timers.reset()
}

/** @param {GetStore} store */
export function fakeTimers(store) {
  for (const [library, fake] of LIBRARIES) {
    describe(`with the fake timers of ${library}`, () => {
      it('a call settles', async (t) => {
        const state = workspace(store, t).open()
        const answers = await whileFaked(fake, async () => {
          const calls = [state.set('t', 'a', 1), state.set('t', 'b', 2), state.get('t', 'a'), state.keys('missing')]
          return [...(await Promise.all(calls)), (await state.ping()) >= 0]
        })
        assert.deepEqual(answers, [1, 2, 1, [], true])
        assert.equal(state.stats().inFlight, 0)
      })

      it('a listing with several chunks settles', async (t) => {
        const state = workspace(store, t).open()
        const group = await whileFaked(fake, async () => {
          await Promise.all(LARGE_VALUES.map((value, index) => state.set('t', `${index}`, value)))
          return state.getGroup('t')
        })
        assert.deepEqual(group.sort(), LARGE_VALUES)
      })

      it('a call waits for a lock and gets it', async (t) => {
        const { open } = workspace(store, t)
        const [holder, waiter] = [open(), open()]
        const [first, second] = await whileFaked(fake, async () => {
          const held = await holder.lock('t', 'lock', { ttl: '60s' })
          const waiting = waiter.lock('t', 'lock', { ttl: '60s', timeout: '60s' })
          await waiter.get('t', 'lock')
          await held?.release()
          const taken = await waiting
          await taken?.release()
          return [Number(held?.fence), Number(taken?.fence)]
        })
        assert.ok(second > first, `${second} is not greater than ${first}`)
      })

      it('a watch emits changes', async (t) => {
        const { prefix, open } = workspace(store, t)
        await store().allowWatch?.(prefix)
        const state = open()
        const change = await whileFaked(fake, async () => {
          const changes = state.watch('t', undefined, { configure: true, values: true, keepAlive: true })
          await changes.ready
          await state.set('t', 'k', 1)
          const { value } = await changes.next()
          await changes.return?.()
          return value
        })
        assert.deepEqual(change, { type: 'created', traceId: 't', key: 'k', value: 1 })
      })
    })
  }
}

/**
 * @template T
 * @param {() => () => void} fake
 * @param {() => Promise<T>} run
 */
async function whileFaked(fake, run) {
  const restore = fake()
  try {
    return await run()
  } finally {
    restore()
  }
}
