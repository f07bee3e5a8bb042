// @ts-check
// Fills a server faster than any client could, to save time.

import { once } from 'node:events'
import { connect } from 'node:net'

const keysPerCall = 10_000
// A script on the server creates the keys: `<start><number>`, or `<start><number of group>:<number>`.
const script = `
for i = tonumber(ARGV[2]), tonumber(ARGV[3]) do
  local name = i
  if tonumber(ARGV[5]) > 0 then name = math.floor(i / ARGV[5]) .. ':' .. i end
  redis.call('SET', ARGV[1] .. name, ARGV[4])
end`

/** Sends one command at a time on its own socket; works in Node.js and Bun. */
export class Filler {
  #socket

  /** @param {import('node:net').Socket} socket */
  constructor(socket) {
    this.#socket = socket
  }

  /** @param {string} url */
  static async connect(url) {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    return new Filler(socket)
  }

  flush() {
    return this.#command(['FLUSHALL'])
  }

  /**
   * @param {object} fill
   * @param {string} fill.start common start of the keys
   * @param {number} [fill.from] number of the first
   * @param {number} fill.count
   * @param {string} fill.text
   * @param {number} [fill.perGroup] number of consecutive keys in the same group; default: all
   */
  async fill({ start, from = 0, count, text, perGroup = 0 }) {
    const end = from + count
    for (let at = from; at < end; at += keysPerCall) {
      const last = Math.min(at + keysPerCall, end) - 1
      await this.#command(['EVAL', script, '0', start, String(at), String(last), text, String(perGroup)])
    }
  }

  /** @param {string[]} words */
  async #command(words) {
    const lines = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
    this.#socket.write(`*${words.length}\r\n${lines.join('')}`)
    const [reply] = await once(this.#socket, 'data')
    if (reply[0] === '-'.charCodeAt(0)) throw new Error(String(reply))
  }

  close() {
    this.#socket.destroy()
  }
}
