// @ts-check
// Runs the warehouse in a child process. This file is both: the parent imports it, and the child executes it.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { openWarehouse } from './warehouse.mjs'

/** @typedef {ReturnType<typeof openWarehouse>} Warehouse */
/** @typedef {Exclude<keyof Warehouse, 'close'>} Action */
/** @typedef {{ id: number, result?: any, error?: { code?: string, message: string } }} Answer */

const file = fileURLToPath(import.meta.url)

/**
 * @param {import('./warehouse.mjs').Options} options
 * @returns {Warehouse}
 */
export function forkWarehouse(options) {
  const child = fork(file, [JSON.stringify(options)])
  const exit = once(child, 'exit')
  const ask = asker(child)
  return {
    pack: (...args) => ask('pack', args),
    reserve: (...args) => ask('reserve', args),
    restock: (...args) => ask('restock', args),
    takeKey: (...args) => ask('takeKey', args),
    claim: (...args) => ask('claim', args),
    close: async () => {
      if (child.connected) child.disconnect()
      await exit
    },
  }
}

/** @param {import('node:child_process').ChildProcess} child */
function asker(child) {
  /** @type {Map<number, (answer: Answer) => void>} */
  const waiting = new Map()
  let asked = 0
  child.on('message', (/** @type {Answer} */ answer) => waiting.get(answer.id)?.(answer))
  child.once('exit', (code, signal) => {
    const error = { message: `The warehouse process ended (${signal ?? code})` }
    for (const [id, settle] of waiting) settle({ id, error })
  })

  /**
   * @param {Action} action
   * @param {unknown[]} args
   * @returns {Promise<any>}
   */
  return (action, args) =>
    new Promise((resolve, reject) => {
      const id = asked++
      waiting.set(id, ({ result, error }) => {
        waiting.delete(id)
        if (error) reject(Object.assign(new Error(error.message), { code: error.code }))
        else resolve(result)
      })
      child.send({ id, action, args })
    })
}

if (process.argv[1] === file && process.send) serve(JSON.parse(process.argv[2]))

/** @param {import('./warehouse.mjs').Options} options */
function serve(options) {
  const warehouse = openWarehouse(options)
  process.on('message', async (/** @type {{ id: number, action: Action, args: any }} */ { id, action, args }) => {
    /** @type {(...args: any[]) => Promise<unknown>} */
    const act = warehouse[action]
    process.send?.(
      await act(...args).then(
        (result) => ({ id, result }),
        ({ code, message }) => ({ id, error: { code, message } }),
      ),
    )
  })
  process.once('disconnect', warehouse.close)
}
