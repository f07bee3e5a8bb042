// @ts-check
// A child process with its own adapter, on which the test calls methods.

import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../fixtures/actor.mjs', import.meta.url))

/**
 * @param {import('node:test').TestContext} t
 * @param {string} url
 */
export function actor(t, url) {
  const child = fork(program, [url])
  t.after(async () => {
    const exit = once(child, 'exit')
    child.disconnect()
    assert.deepEqual(await exit, [0, null])
  })
  let lastId = 0
  return {
    /**
     * @param {import('../fixtures/actor.mjs').Method} method
     * @param {unknown[]} args
     * @param {number} [times] calls made at once
     * @returns {Promise<any[]>} their results
     */
    ask(method, args, times = 1) {
      const id = ++lastId
      return new Promise((resolve, reject) => {
        child.once('exit', reject)
        child.on('message', function onMessage(/** @type {{ id: number, results: any[] }} */ answer) {
          if (answer.id !== id) return
          child.off('message', onMessage).off('exit', reject)
          resolve(answer.results)
        })
        child.send({ id, method, args, times })
      })
    },
  }
}
