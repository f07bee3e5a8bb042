// @ts-check
'use strict'

const { RedisStateError, ofOuterCall } = require('../../errors.js')
const { Meter } = require('../../observability/meter.js')
const { OPERATIONS, StateCall, callNameOf } = require('../call.js')
const { NativeEngine } = require('../native/engine.js')

/**
 * A private embedded store, on which operations are worked out that Azure Cosmos DB does not have: they mean the same as on every
 * other engine.
 */
class Workbench {
  #engine
  #number = 0

  constructor() {
    this.#engine = openPrivate()
  }

  /**
   * Runs an operation on a value.
   *
   * @param {StateCall} call
   * @param {string | null} json the stored value, `null` if there is none
   * @returns {Promise<{ reply: any, json: string | null }>} `json`: the value to store
   */
  async run(call, json) {
    this.#number += 1
    const traceId = `t${this.#number}`
    try {
      if (json !== null) await this.#engine.execute(setCall(traceId, 'v', json))
      const reply = await this.#engine.execute(copyOf(call, traceId))
      const stored = await this.#engine.execute(new StateCall(OPERATIONS.getWithMetadata, traceId, 'v'))
      return { reply, json: stored === null ? null : JSON.stringify(stored.value) }
    } catch (error) {
      throw error instanceof RedisStateError ? ofOuterCall(error, callNameOf(call)) : error
    } finally {
      this.#engine.execute(new StateCall(OPERATIONS.delete, traceId, 'v')).catch(() => {})
    }
  }

  close() {
    return this.#engine.close()
  }
}

/**
 * Runs a query on entries.
 *
 * @param {import('../engine.js').QueryPlan} plan
 * @param {{ traceId: string, key: string, value: any }[]} entries
 * @returns {Promise<import('../engine.js').QueryPage>}
 */
async function queryEntries(plan, entries) {
  const engine = openPrivate()
  try {
    await Promise.all(
      entries.map(({ traceId, key, value }) =>
        engine.execute(setCall(withoutColon(traceId), key, JSON.stringify(value))),
      ),
    )
    const traceId = plan.traceId === undefined ? undefined : withoutColon(plan.traceId)
    const { items, position } = await engine.query({ ...plan, traceId, consistency: undefined })
    return {
      items: items.map((/** @type {import('../engine.js').StateItem} */ item) => ({
        ...item,
        groupId: decodeURIComponent(item.groupId),
      })),
      position,
    }
  } finally {
    await engine.close()
  }
}

/**
 * The trace id for the embedded store, where `a:b` with the key `c` is the same entry as `a` with the key `b:c`. It does not depend
 * on other entries: the position of a page contains it.
 *
 * @param {string} traceId
 */
function withoutColon(traceId) {
  return traceId.replaceAll('%', '%25').replaceAll(':', '%3A')
}

function openPrivate() {
  // Larger than any result that this process could hold.
  const options = { url: 'memory:', keyPrefix: 'x:', maxPendingCommands: 10_000_000, maxPendingBytes: 2 ** 40 }
  return new NativeEngine(options, { meter: new Meter(), onEvent: () => {}, isPrivate: true })
}

/** @param {string} traceId @param {string} key @param {string} json */
function setCall(traceId, key, json) {
  const call = new StateCall(OPERATIONS.set, traceId, key)
  call.json = json
  return call
}

/** @param {StateCall} call @param {string} traceId */
function copyOf(call, traceId) {
  const copy = new StateCall(call.operation, traceId, 'v')
  const { json, value, method, input } = call
  return Object.assign(copy, { json, value, method, input })
}

module.exports = { Workbench, queryEntries }
