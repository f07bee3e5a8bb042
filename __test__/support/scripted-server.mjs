// @ts-check
// A server whose replies, right or wrong, a test determines.

import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * @import { Server, Socket } from 'node:net'
 * @import { TestContext } from 'node:test'
 *
 * @typedef {object} Connection
 * @property {number} number from 1, in the order in which they were made
 * @property {Socket} socket
 *
 * @typedef {string | ((socket: Socket) => void) | undefined} ScriptedReply RESP without the final line end; a function
 *   that acts on the socket instead; or `undefined` for +OK
 *
 * @typedef {(command: string[], connection: Connection) => ScriptedReply} Answer returns the reply to a command. The
 *   name of the command is in upper case; the MGET that the adapter sends when it connects is named `MGET AT LOGIN`
 */

export class ScriptedServer {
  /** Number of connections accepted so far. */
  connections = 0
  /** @type {Set<Socket>} */
  #sockets = new Set()
  /** @type {Server} */
  #server
  #answer

  /** @param {Answer} answer */
  constructor(answer) {
    this.#answer = answer
    this.#server = createServer((socket) => this.#serve(socket))
  }

  get port() {
    return /** @type {import('node:net').AddressInfo} */ (this.#server.address()).port
  }

  get url() {
    return `redis://127.0.0.1:${this.port}`
  }

  async listen() {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
  }

  /**
   * Sends data without a request, on all connections.
   *
   * @param {string} text
   */
  send(text) {
    for (const socket of this.#sockets) socket.write(text)
  }

  close() {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  /** @param {Socket} socket */
  #serve(socket) {
    const connection = { number: ++this.connections, socket }
    let received = ''
    this.#sockets.add(socket)
    socket.setEncoding('latin1').on('data', (text) => {
      const { commands, rest } = parse(received + text)
      received = rest
      for (const command of commands) reply(socket, this.#answer(command, connection))
    })
    socket.on('error', () => {}).once('close', () => this.#sockets.delete(socket))
  }
}

/**
 * A server for one test, closed at its end.
 *
 * @param {TestContext} t
 * @param {Answer} answer
 */
export async function scriptedServer(t, answer) {
  const server = new ScriptedServer(answer)
  await server.listen()
  t.after(() => server.close())
  return server
}

/**
 * @param {TestContext} t
 * @param {Answer} answer
 * @returns {Promise<string>} its url
 */
export async function scripted(t, answer) {
  return (await scriptedServer(t, answer)).url
}

/**
 * @param {string} text
 * @returns {string}
 */
export function bulk(text) {
  return `$${text.length}\r\n${text}`
}

/**
 * @param {string[]} elements each as RESP without the final line end
 * @returns {string}
 */
export function array(...elements) {
  return [`*${elements.length}`, ...elements].join('\r\n')
}

/**
 * @param {Socket} socket
 * @param {ScriptedReply} answer
 */
function reply(socket, answer) {
  // The reply to an earlier command of the same chunk may have closed it.
  if (!socket.writable) return
  if (typeof answer === 'function') answer(socket)
  else socket.write(`${answer ?? '+OK'}\r\n`)
}

/** @param {string} text complete commands, and perhaps an incomplete one at the end */
function parse(text) {
  /** @type {string[][]} */
  const commands = []
  let rest = text
  for (let next = parseOne(rest); next; next = parseOne(rest)) {
    commands.push(next.command)
    rest = rest.slice(next.length)
  }
  return { commands, rest }
}

/** @param {string} text */
function parseOne(text) {
  const head = /^\*(\d+)\r\n/.exec(text)
  if (!head) return
  /** @type {string[]} */
  const command = []
  let at = head[0].length
  while (command.length < Number(head[1])) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at, at + 20))
    const start = at + (size?.[0].length ?? 0)
    const end = start + Number(size?.[1])
    if (!size || text.length < end + 2) return
    command.push(text.slice(start, end))
    at = end + 2
  }
  command[0] = command[0].toUpperCase()
  if (command[0] === 'MGET' && command[1].endsWith(':slot1')) command[0] = 'MGET AT LOGIN'
  return { command, length: at }
}
