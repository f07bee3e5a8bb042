// @ts-check
// A server that answers as a test tells it to.

import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * @import { TestContext } from 'node:test'
 *
 * @typedef {(command: string[]) => string | undefined} Answer one line or more of RESP without the last line's end;
 *   `undefined` to agree with +OK
 */

/**
 * @param {TestContext} t
 * @param {Answer} answer what it says to a command, whose name comes in capitals
 * @returns {Promise<string>} its url
 */
export async function scripted(t, answer) {
  const server = createServer((socket) => {
    let received = ''
    socket.setEncoding('latin1').on('data', (text) => {
      const { commands, rest } = parse(received + text)
      received = rest
      for (const command of commands) socket.write(`${answer(command) ?? '+OK'}\r\n`)
    })
    socket.on('error', () => {})
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => server.close())
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  return `redis://127.0.0.1:${port}`
}

/**
 * @param {string} text
 * @returns {string}
 */
export function bulk(text) {
  return `$${text.length}\r\n${text}`
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
