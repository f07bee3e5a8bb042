// @ts-check
// Records the commands that a server executes.

/**
 * Counts all commands of a server from now on, with MONITOR.
 *
 * @param {import('./redis.mjs').RedisServer} server
 */
export async function journalOf(server) {
  const [watcher, client] = await Promise.all([server.client(), server.client()])
  /** @type {Map<string, number>} */
  const times = new Map()
  const end = 'end of the journal'
  /** @type {() => void} */
  let onEnd
  const ended = new Promise((resolve) => {
    onEnd = () => resolve(undefined)
  })
  await watcher.monitor((line) => {
    const [name, ...args] = wordsOf(String(line))
    for (const arg of args) times.set(`${name} ${arg}`, (times.get(`${name} ${arg}`) ?? 0) + 1)
    if (args[0] === end) onEnd()
  })
  return {
    /** @returns {Promise<Map<string, number>>} number of executions by command and argument, such as `SET key` */
    async close() {
      await client.echo(end)
      await ended
      return times
    },
  }
}

/** @param {string} line output of MONITOR: time, client, and the quoted words of the command */
function wordsOf(line) {
  return Array.from(line.matchAll(/"((?:[^"\\]|\\.)*)"/g), ([, word]) => word)
}
