// @ts-check
// Ports of 127.0.0.1 that only one process of the tests uses at a time. Without a reservation, a server that a test has
// stopped for a while could lose its port to a server of another process.

import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ephemeral ports of the kernel, which it also gives to clients. Cluster nodes also use their port + 10,000. */
const FIRST = 15_000
const COUNT = 7_000
const ATTEMPTS = 100

/**
 * Who reserves a port listens on another one, which belongs to it. So the reservation ends at the latest with the
 * process, and the reserved port itself stays free.
 */
const toMark = -COUNT

export class ReservedPort {
  #mark

  /**
   * @param {number} number
   * @param {import('node:net').Server} mark
   */
  constructor(number, mark) {
    this.number = number
    this.#mark = mark
  }

  /** Lets others reserve it. May be called again. */
  release() {
    this.#mark.close()
  }
}

/** A port that no other process has reserved, and on which none listened when it was reserved. */
export async function reservePort() {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const number = FIRST + Math.floor(Math.random() * COUNT)
    const mark = await listenerOn(number + toMark)
    if (!mark) continue
    const reserved = new ReservedPort(number, mark)
    if (await isFree(number)) return reserved
    reserved.release()
  }
  throw new Error(`none of ${ATTEMPTS} ports was free`)
}

/** @param {number} port */
async function isFree(port) {
  const listener = await listenerOn(port)
  if (!listener) return false
  listener.close()
  await once(listener, 'close')
  return true
}

/**
 * @param {number} port
 * @returns {Promise<import('node:net').Server | undefined>} a server that does not keep the process alive, unless the
 *   port is in use
 */
async function listenerOn(port) {
  const server = createServer().listen({ port, host: '127.0.0.1' })
  try {
    await once(server, 'listening')
  } catch (error) {
    if (Object(error).code === 'EADDRINUSE') return
    throw error
  }
  return server.unref()
}
