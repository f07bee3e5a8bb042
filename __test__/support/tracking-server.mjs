// @ts-check
// A server that reports changes of what was read, as CLIENT TRACKING ON OPTIN does, in memory and step by step: the test says when it
// executes the next command of a connection, and when the client receives what it sent. It does not report writes to the connection
// that made them, so what an adapter drops itself must suffice.

/**
 * @typedef {{ json: string, expiresAt: number }} Stored
 * @typedef {{ run: (connection: Connection) => unknown, receive: (reply: any) => void, lose: () => void, fail?: () => void, writes?: boolean }} Command
 * @typedef {{ name: string, changes: number }} Changed an entry, and how often it has changed
 * @typedef {{ names: string[] | null, changed: Changed[] } | { command: Command, reply: unknown }} Message
 */

/** What a client and the server have sent over a socket. */
export class Connection {
  /** @type {Command[]} sent, not executed */
  commands = []
  /** @type {Message[]} sent by the server, not received */
  messages = []
  isLost = false
}

export class TrackingServer {
  /** Milliseconds. */
  time = 1000
  /** @type {Map<string, Stored>} by name */
  #entries = new Map()
  /** @type {Map<string, Set<Connection>>} who has read an entry since it changed last, by name */
  #readers = new Map()
  /** @type {Map<string, number>} */
  #changes = new Map()
  /** Called with each change. @type {(name: string) => void} */
  onChange = () => {}

  /** @param {string} name @returns {Stored | undefined} */
  read(name) {
    const stored = this.#entries.get(name)
    if (stored === undefined || stored.expiresAt > this.time) return stored
    this.write(name, undefined)
    return undefined
  }

  /** @param {string} name @param {Connection} connection */
  readTracked(name, connection) {
    const stored = this.read(name)
    const readers = this.#readers.get(name) ?? new Set()
    this.#readers.set(name, readers.add(connection))
    return stored
  }

  /**
   * @param {string} name
   * @param {Stored | undefined} stored undefined to remove the entry
   * @param {Connection} [by] forgets the entry too, and is not told
   */
  write(name, stored, by) {
    if (stored === undefined) this.#entries.delete(name)
    else this.#entries.set(name, stored)
    const changed = [this.#changed(name)]
    const readers = this.#readers.get(name) ?? []
    this.#readers.delete(name)
    for (const reader of readers) if (reader !== by && !reader.isLost) reader.messages.push({ names: [name], changed })
  }

  /** @param {Iterable<Connection>} connections of all clients */
  flush(connections) {
    const names = [...this.#entries.keys()]
    this.#entries.clear()
    this.#readers.clear()
    const changed = names.map((name) => this.#changed(name))
    for (const connection of connections) connection.messages.push({ names: null, changed })
  }

  /** Executes the oldest command of a connection. @param {Connection} connection */
  execute(connection) {
    const command = connection.commands.shift()
    if (command !== undefined) connection.messages.push({ command, reply: command.run(connection) })
  }

  /** @returns {string[]} */
  get names() {
    return [...this.#entries.keys()]
  }

  /** The entry as it is stored, if it has expired or not. @param {string} name */
  stored(name) {
    return this.#entries.get(name)
  }

  /** @param {string} name @returns {Changed} */
  #changed(name) {
    const changes = (this.#changes.get(name) ?? 0) + 1
    this.#changes.set(name, changes)
    this.onChange(name)
    return { name, changes }
  }
}
