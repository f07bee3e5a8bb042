// @ts-check
// The entry point of the judge's thread: executes requests in order.

import { parentPort } from 'node:worker_threads'
import { History } from './history.mjs'

const history = new History()

parentPort?.on('message', ({ id, method, args }) => {
  const result = /** @type {any} */ (history)[method](...args)
  parentPort?.postMessage({ id, result })
})
