// A platform for Chat SDK that is plain HTTP: a webhook receives messages as JSON, answers are printed.

import { Message, parseMarkdown, stringifyMarkdown } from 'chat'

export class HttpAdapter {
  name = 'http'
  userName = 'bot'
  #answers = 0
  /** @type {import('chat').ChatInstance | undefined} */
  chat

  /** @param {import('chat').ChatInstance} chat */
  async initialize(chat) {
    this.chat = chat
  }

  /** @param {Request} request @param {import('chat').WebhookOptions} [options] */
  async handleWebhook(request, options) {
    const raw = await request.json()
    const message = this.parseMessage(raw)
    await this.chat?.processMessage(/** @type {any} */ (this), message.threadId, message, options)
    return new Response('ok\n')
  }

  /** @param {any} raw */
  parseMessage(raw) {
    const { id, text, user = 'ada' } = raw
    return new Message({
      ...{ id, text, raw, threadId: this.encodeThreadId(raw), formatted: parseMarkdown(text), attachments: [] },
      author: { userId: user, userName: user, fullName: user, isBot: false, isMe: false },
      metadata: { dateSent: new Date(), edited: false },
      isMention: text.includes('@bot'),
    })
  }

  /** @param {string} threadId @param {any} message */
  async postMessage(threadId, message) {
    const text = typeof message === 'string' ? message : message.markdown
    console.log(`${threadId}: ${text}`)
    return { id: `answer-${++this.#answers}`, threadId, raw: { text } }
  }

  /** @param {{ thread: string }} data */
  encodeThreadId = ({ thread }) => `http:${thread}`
  /** @param {string} threadId */
  decodeThreadId = (threadId) => ({ thread: threadId.slice('http:'.length) })
  /** @param {string} threadId */
  channelIdFromThreadId = (threadId) => threadId
  /** @param {any} content */
  renderFormatted = (content) => stringifyMarkdown(content)
}
