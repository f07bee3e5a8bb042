// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CLOSING_METHODS } from '../support/async-dispose.mjs'
import { range } from '../support/fill.mjs'
import { assertNothingLeft, LONG, roundTrip, subscribe, Visitor } from '../support/visitor.mjs'
import { take, watching } from '../support/watching.mjs'
import { openFresh, workspace } from '../support/workspace.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 */

const CHANNELS = /** @type {const} */ (['command', 'batch'])
const EVENTS = /** @type {const} */ (['start', 'end', 'asyncStart', 'asyncEnd'])
/** Makes calls of one tick that are divided into chunks. @param {RedisStateAdapter} state */
async function callMany(state) {
  await Promise.all(range(20).map((index) => roundTrip(state, `own-${index}`)))
}

/** @param {GetStore} store */
export function userCode(store) {
  describe('calls that are made within user code', () => {
    for (const channel of CHANNELS) {
      for (const event of EVENTS) {
        it(`settle: a subscriber of ${channel}:${event}`, async (t) => {
          const state = openFresh(store, t)
          const visitor = new Visitor(() => state)
          subscribe(t, channel, event, () => visitor.visit())
          await callMany(state)
          await visitor.settled()
          assertNothingLeft(state)
        })
      }
    }

    it('settle: listeners of connect and ready', async (t) => {
      const state = openFresh(store, t)
      const visitors = [new Visitor(() => state), new Visitor(() => state)]
      const ready = new Promise((resolve) => state.once('ready', () => resolve(visitors[1].visit())))
      state.once('connect', () => visitors[0].visit())
      await Promise.all([ready, callMany(state)])
      for (const visitor of visitors) await visitor.settled()
      assertNothingLeft(state)
    })

    it('settle: toJSON and getters of values', async (t) => {
      const state = openFresh(store, t)
      const visitor = new Visitor(() => state)
      const value = {
        toJSON() {
          visitor.visit()
          return { text: LONG }
        },
      }
      const getter = Object.defineProperty({}, 'text', {
        enumerable: true,
        get() {
          visitor.visit()
          return LONG
        },
      })
      await Promise.all([callMany(state), state.set('t', 'value', value), state.set('t', 'getter', getter)])
      assert.deepEqual(await state.getMany('t', ['value', 'getter']), [{ text: LONG }, { text: LONG }])
      await visitor.settled()
      assertNothingLeft(state)
    })

    it('settle: a getter named then, which promises read when they are resolved', async (t) => {
      const state = openFresh(store, t)
      const visitor = new Visitor(() => state)
      const value = Object.defineProperty({ text: LONG }, 'then', { get: () => visitor.visit() })
      const calls = range(20).map((index) => state.set('t', `then-${index}`, value))
      assert.deepEqual(new Set(await Promise.all(calls)), new Set([value]))
      await visitor.settled()
      assertNothingLeft(state)
    })

    it('settle: getters of options and of filters', async (t) => {
      const state = openFresh(store, t)
      const visitor = new Visitor(() => state)
      const seen = (/** @type {any} */ value) => ({
        enumerable: true,
        get() {
          visitor.visit()
          return value
        },
      })
      const options = Object.defineProperty({}, 'ttl', seen(60))
      const filter = /** @type {any} */ (
        Object.defineProperty({ valueKey: 'key', operation: 'eq' }, 'value', seen('own-1'))
      )
      await Promise.all([callMany(state), state.set('t', 'with-options', 1, options)])
      const items = await state.items({ groupId: 't', filter: [filter] })
      assert.deepEqual(
        items.map(({ key }) => key),
        ['own-1'],
      )
      await visitor.settled()
      assertNothingLeft(state)
    })

    it('settle: a schema', async (t) => {
      const state = openFresh(store, t)
      const visitor = new Visitor(() => state)
      const validate = (/** @type {unknown} */ value) => {
        visitor.visit()
        return { value }
      }
      const schema = /** @type {any} */ ({ '~standard': { version: 1, vendor: 'test', validate } })
      const group = state.group('t', { schema, checkOnGet: true })
      await Promise.all([callMany(state), group.set('checked', { text: LONG })])
      assert.deepEqual(await group.get('checked'), { text: LONG })
      await visitor.settled()
      assertNothingLeft(state)
    })

    it('settle: a listener of the signal of pending calls', async (t) => {
      const state = openFresh(store, t)
      const visitor = new Visitor(() => state)
      const controller = new AbortController()
      const { signal } = controller
      signal.addEventListener('abort', () => visitor.visit())
      const aborted = range(20).map((index) => state.set('aborted', `${index}`, LONG, { signal }))
      controller.abort()
      for (const { reason } of /** @type {any[]} */ (await Promise.allSettled(aborted))) {
        assert.equal(reason.code, 'ERR_ABORTED')
      }
      await visitor.settled()
      await state.clear('aborted')
      assertNothingLeft(state)
    })

    it('settle: callers that got a lock after waiting', async (t) => {
      const { open } = workspace(store, t)
      const [state, other] = [open(), open()]
      const visitor = new Visitor(() => [state, other], { most: 8 })
      const first = await state.lock('t', 'lock', { ttl: '60s' })
      const waiting = range(4).map(async () => {
        const lock = await state.lock('t', 'lock', { ttl: '60s', timeout: '60s' })
        visitor.visit()
        assert.equal(await lock?.release(), true)
      })
      await first?.release()
      await Promise.all(waiting)
      await visitor.settled()
      assertNothingLeft(state, other)
    })

    it('settle: the consumer of a watch', async (t) => {
      const { open, prefix } = workspace(store, t)
      await store().allowWatch?.(prefix)
      const [state, other] = [open(), open()]
      const visitor = new Visitor(() => [state, other])
      const changes = await watching(t, state, 'watched')
      await other.setMany('watched', { a: 1, b: 2, c: 3 })
      for (let taken = 0; taken < 3; taken += 1) {
        await take(changes)
        visitor.visit()
      }
      await visitor.settled()
      assertNothingLeft(state, other)
    })

    /** @type {Record<string, (t: TestContext, state: RedisStateAdapter, close: () => void) => unknown>} */
    const places = {
      'a subscriber of command:start': (t, _, close) => subscribe(t, 'command', 'start', close),
      'a subscriber of command:asyncEnd': (t, _, close) => subscribe(t, 'command', 'asyncEnd', close),
      'a subscriber of batch:start': (t, _, close) => subscribe(t, 'batch', 'start', close),
      'a subscriber of batch:asyncStart': (t, _, close) => subscribe(t, 'batch', 'asyncStart', close),
      'a listener of connect': (_, state, close) => state.on('connect', close),
      'a listener of ready': (_, state, close) => state.on('ready', close),
      'a settled promise': (_, state, close) => void state.get('t', 'k').then(close),
      'a getter': (_, state, close) =>
        void state.set('t', 'k', Object.defineProperty({}, 'x', { get: close, enumerable: true })).catch(() => {}),
    }
    for (const [place, arrange] of Object.entries(places)) {
      for (const method of CLOSING_METHODS) {
        it(`settle if the adapter is closed there: ${place}, ${String(method)}`, async (t) => {
          const { open } = workspace(store, t)
          const [state, other] = [open(), open()]
          const visitor = new Visitor(() => [state, other], { codes: ['ERR_CLOSED'] })
          /** @type {Promise<void>[]} */
          const closing = []
          let isClosing = false
          const closed = new Promise((resolve) => {
            arrange(t, state, () => {
              if (isClosing) return
              isClosing = true
              visitor.visit()
              closing.push(state[method]())
              visitor.visit()
              resolve(undefined)
            })
          })
          const calls = range(20).map((index) => roundTrip(state, `own-${index}`))
          for (const result of await Promise.allSettled(calls)) {
            if (result.status === 'rejected') assert.equal(result.reason.code, 'ERR_CLOSED')
          }
          await closed
          await Promise.all(closing)
          await visitor.settled()
          assertNothingLeft(state, other)
        })
      }
    }

    it('keep their order: a call of a subscriber follows those that caused it', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'order', 'before')
      /** @type {Promise<unknown>[]} */
      const calls = []
      subscribe(t, 'batch', 'start', () => {
        if (calls.length === 0) calls.push(state.set('t', 'order', 'of the subscriber'), state.keys('t'))
      })
      await state.set('t', 'order', 'of the caller')
      await Promise.all(calls)
      assert.equal(await state.get('t', 'order'), 'of the subscriber')
    })
  })
}
