// @ts-check
// The entry point of a worker that runs a client.

import { parentPort } from 'node:worker_threads'
import { ClientThread } from './client-thread.mjs'

const client = new ClientThread()

parentPort?.on('message', async (/** @type {import('./client-thread.mjs').Message} */ message) => {
  await client.obey(message)
  if (message.stop) parentPort?.close()
})
