// GET /<order> streams the changes of an order, made by any process, as server-sent events:
//   new EventSource('/order-1').addEventListener('updated', (event) => console.log(JSON.parse(event.data)))

import { createServer } from 'node:http'
import { RedisStateAdapter } from 'redis-state-adapter'

const state = new RedisStateAdapter({ url: process.env.REDIS_URL ?? 'redis://localhost:6379' })
state.on('error', (error) => console.error(error.message))

const server = createServer(async (request, response) => {
  const order = decodeURIComponent(request.url?.slice(1) ?? '')
  const changes = state.watch(order, undefined, { values: true, configure: true })
  response.on('close', () => changes.return())
  try {
    await changes.ready
    // `close`: no connection is kept for a next request when the server ends.
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', Connection: 'close' })
    // First all there is, then each change. After a gap changes may have been missed: all again.
    await sendAll()
    for await (const change of changes) {
      if (change.type === 'gap') await sendAll()
      else send(change.type, { key: change.key, value: change.value })
    }
  } catch (error) {
    // A client that leaves early ends the watch before it is ready.
    if (!response.destroyed) console.error(error)
    if (!response.headersSent) response.writeHead(503)
  }
  response.end()

  async function sendAll() {
    const items = await state.items({ groupId: order })
    send('all', Object.fromEntries(items.map(({ key, value }) => [key, value])))
  }

  /** @param {string} event @param {object} data */
  function send(event, data) {
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }
})

server.listen(process.env.PORT ?? 3000, () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`listening on http://localhost:${port}`)
})

// `cleanup` ends the watches, and so the responses.
process.once('SIGTERM', () => {
  server.close()
  state.cleanup()
})
