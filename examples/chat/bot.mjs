// A bot of Chat SDK: mentioned once, it counts the messages of the thread. Any number of instances share subscriptions, locks and state.

import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { Chat } from 'chat'
import { createRedisState } from 'redis-state-adapter/chat'
import { HttpAdapter } from './http-adapter.mjs'

const bot = new Chat({
  userName: 'bot',
  logger: 'error',
  adapters: { http: /** @type {any} */ (new HttpAdapter()) },
  state: createRedisState({ url: process.env.REDIS_URL ?? 'redis://localhost:6379' }),
})

bot.onNewMention(async (thread) => {
  await thread.subscribe()
  await thread.post('I count from now on.')
})

bot.onSubscribedMessage(async (thread) => {
  const { count = 0 } = /** @type {{ count?: number }} */ (await thread.state) ?? {}
  await thread.setState({ count: count + 1 })
  await thread.post(`${count + 1}`)
})

await bot.initialize()
const server = createServer(async (request, response) => {
  const body = await text(request)
  const answer = await bot.webhooks.http(new Request('http://localhost/', { method: 'POST', body }))
  response.writeHead(answer.status).end(await answer.text())
})
server.listen(process.env.PORT ?? 3000, () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`listening on http://localhost:${port}`)
})

process.once('SIGTERM', () => {
  server.close(() => bot.shutdown())
})
