// @ts-check
// Faults of one server, which do not lose acknowledged writes.

import { setTimeout as pause } from 'node:timers/promises'

/**
 * @import { RedisServer } from '../../support/redis.mjs'
 * @import { Action } from '../run.mjs'
 */

/** @param {RedisServer} server @returns {Action[]} */
export function serverFaults(server) {
  return [
    {
      name: 'the server is killed',
      async act({ random }) {
        await server.kill()
        await pause(random.below(400))
        await server.start()
      },
    },
    { name: 'the server is frozen', act: ({ random }) => freeze(server, random.below(2500)) },
    ...commandFaults(server),
  ]
}

/**
 * @param {RedisServer} server
 * @param {number} time in milliseconds
 */
export async function freeze(server, time) {
  server.signal('SIGSTOP')
  await pause(time)
  server.signal('SIGCONT')
}

/**
 * Faults that a command of another client causes.
 *
 * @param {RedisServer} server
 * @param {number} [maxSilence] maximum time during which the server does not answer, in milliseconds
 * @returns {Action[]}
 */
export function commandFaults(server, maxSilence = 1000) {
  const send = async (/** @type {string[]} */ ...args) => {
    const client = await server.client()
    await client.sendCommand(args)
    client.destroy()
  }
  return [
    {
      name: 'connections are killed by the server',
      act: () => killConnections(server),
    },
    { name: 'scripts are flushed', act: () => send('SCRIPT', 'FLUSH') },
    {
      name: 'clients are paused',
      async act({ random }) {
        const time = random.below(Math.min(maxSilence, 450))
        await send('CLIENT', 'PAUSE', `${time}`, random.of(['WRITE', 'ALL']))
        await pause(time)
      },
    },
    {
      name: 'writes are refused because replicas are missing',
      async act({ random }) {
        // Again and again: newer writes must not pass refused ones in the short time until those are sent again.
        for (let times = 1 + random.below(8); times > 0; times--) {
          await send('CONFIG', 'SET', 'min-replicas-to-write', '9')
          await pause(random.below(80))
          await send('CONFIG', 'SET', 'min-replicas-to-write', '0')
          await pause(random.below(40))
        }
      },
    },
    {
      name: 'the memory is full',
      async act({ random }) {
        await send('CONFIG', 'SET', 'maxmemory', '1')
        await pause(random.below(300))
        await send('CONFIG', 'SET', 'maxmemory', '0')
      },
    },
    {
      name: 'the server is busy',
      async act({ random }) {
        await send('DEBUG', 'SLEEP', `${random.below(maxSilence) / 1000}`)
      },
    },
  ]
}

/**
 * Spares the connections of sentinels: they may consider the master failed when their connection is closed.
 *
 * @param {RedisServer} server
 */
async function killConnections(server) {
  const client = await server.client()
  const list = String(await client.sendCommand(['CLIENT', 'LIST', 'TYPE', 'normal']))
  const lines = list.split('\n').filter((line) => line.startsWith('id=') && !line.includes(' name=sentinel-'))
  const ids = lines.map((line) => line.slice('id='.length, line.indexOf(' ')))
  // A client may have closed its connection in the meantime.
  const kills = ids.map((id) => client.sendCommand(['CLIENT', 'KILL', 'ID', id, 'SKIPME', 'yes']).catch(() => {}))
  await Promise.all(kills)
  client.destroy()
}
