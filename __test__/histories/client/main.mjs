// @ts-check
// `main.mjs [worker]`: runs a client in this process, or in a worker of it, controlled by messages of the parent
// process.

import { ClientThread } from './client-thread.mjs'
import { ClientWorker } from './client-worker.mjs'

const client = process.argv[2] === 'worker' ? new ClientWorker() : new ClientThread()

let last = Promise.resolve()
// One at a time: a message to a worker that is being terminated would be lost.
process.on('message', (/** @type {import('./client-thread.mjs').Message} */ message) => {
  last = last.then(() => obey(message))
})

/** @param {import('./client-thread.mjs').Message} message */
async function obey(message) {
  await client.obey(message)
  if (message.orders) process.send?.({ begun: message.orders.number })
  if (message.stop) process.disconnect()
}

// The parent process has ended.
process.on('disconnect', () => process.exit())
