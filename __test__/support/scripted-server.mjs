// @ts-check
// A server that answers as a test tells it to, as wrongly as that may be.

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
 * @typedef {string | ((socket: Socket) => void) | undefined} Said one line or more of RESP without the last line's end;
 *   a function that does something else in place of an answer; `undefined` to agree with +OK
 *
 * @typedef {(command: string[], connection: Connection) => Said} Answer
 */

export class ScriptedServer {
  /** Made so far. */
  connections = 0
  /** @type {Set<Socket>} */
  #sockets = new Set()
  /** @type {Server} */
  #server
  #answer

  /** @param {Answer} answer what it says to a command, whose name comes in capitals */
  constructor(answer) {
    this.#answer = answer
    this.#server = createServer((socket) => this.#serve(socket))
  }

  get url() {
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.#server.address())
    return `redis://127.0.0.1:${port}`
  }

  async listen() {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
  }

  /**
   * Says something that nobody asked for, on all connections.
   *
   * @param {string} text
   */
  say(text) {
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
 * @param {Answer} answer what it says to a command, whose name comes in capitals
 */
export async function scriptedServer(t, answer) {
  const server = new ScriptedServer(answer)
  await server.listen()
  t.after(() => server.close())
  return server
}

/**
 * @param {TestContext} t
 * @param {Answer} answer what it says to a command, whose name comes in capitals
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
 * @param {string[]} elements each as RESP without its last line's end
 * @returns {string}
 */
export function array(...elements) {
  return [`*${elements.length}`, ...elements].join('\r\n')
}

/**
 * @param {Socket} socket
 * @param {Said} said
 */
function reply(socket, said) {
  // What came before in the same piece may have ended it.
  if (!socket.writable) return
  if (typeof said === 'function') said(socket)
  else socket.write(`${said ?? '+OK'}\r\n`)
}

/** @param {string} text whole commands, and a part of one at the end */
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
  return { command, length: at }
}
