// @ts-check
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { describe, it } from 'node:test'
import { started, startRedis } from './redis.mjs'

describe('a redis-server for tests', () => {
  it('answers on its port and on its socket', async (t) => {
    const server = await started(t)
    const tcp = await server.client()
    const unix = await server.client({ url: undefined, socket: { path: server.socketPath, tls: false } })
    await tcp.set('key', 'text')
    assert.equal(await unix.get('key'), 'text')
  })

  it('restarts on the same port, empty, after it was killed', async (t) => {
    const server = await started(t)
    const { port, pid } = server
    await (await server.client()).set('key', 'text')
    await server.kill()
    assert.equal(server.pid, undefined)
    assert.equal(isAlive(pid), false)
    await server.start()
    assert.equal(server.port, port)
    assert.notEqual(server.pid, pid)
    assert.equal(await (await server.client()).get('key'), null)
  })

  it('leaves no process, no file and no open client after stop', async (t) => {
    const server = await started(t)
    const { pid, socketPath } = server
    const client = await server.client()
    assert.ok(existsSync(socketPath))
    await server.stop()
    assert.equal(isAlive(pid), false)
    assert.equal(existsSync(dirname(socketPath)), false)
    assert.equal(client.isOpen, false)
  })

  it('stops even if it is frozen', async (t) => {
    const server = await started(t)
    const { pid } = server
    server.signal('SIGSTOP')
    await server.stop()
    assert.equal(isAlive(pid), false)
  })

  it('starts again after stop, and stop may be called twice', async (t) => {
    const server = await started(t)
    await server.stop()
    await server.stop()
    await server.start()
    assert.equal(await (await server.client()).ping(), 'PONG')
  })

  it('receives the given arguments', async (t) => {
    const server = await started(t, ['--databases', '3'])
    const client = await server.client()
    assert.deepEqual({ ...(await client.configGet('databases')) }, { databases: '3' })
  })

  it('rejects with the output of the server if it cannot start', async () => {
    await assert.rejects(startRedis(['--databases', 'none']), /did not start/)
  })

  it('tries another port if the first is in use', async (t) => {
    t.mock.method(Math, 'random', () => 0.5, { times: 1 })
    const first = await started(t)
    t.mock.method(Math, 'random', () => 0.5, { times: 1 })
    const second = await started(t)
    assert.notEqual(second.port, first.port)
  })

  it('keeps its port while it is down', async (t) => {
    t.mock.method(Math, 'random', () => 0.25, { times: 1 })
    const first = await started(t)
    const { port } = first
    await first.kill()
    t.mock.method(Math, 'random', () => 0.25, { times: 1 })
    const second = await started(t)
    assert.notEqual(second.port, port)
    await first.start()
    assert.equal(first.port, port)
  })

  for (const ending of ['', 'process.exit(0)', 'process.kill(process.pid, "SIGTERM")', 'throw new Error("wrong")']) {
    it(`ends when the process that started it ends: ${ending || 'nothing left to do'}`, {
      timeout: 120_000,
    }, async () => {
      const parent = spawn(process.execPath, ['--input-type=module', '--eval', parentCode(ending)], {
        stdio: ['pipe', 'pipe', 'ignore'],
      })
      const [line] = await once(parent.stdout.setEncoding('utf8'), 'data')
      const { port, socketPath } = JSON.parse(line)
      const serverGone = closed(connect(port, '127.0.0.1'))
      parent.stdin.end('now')
      await Promise.all([once(parent, 'exit'), serverGone])
      assert.equal(existsSync(dirname(socketPath)), false)
    })
  }
})

/**
 * Code of a process that starts a server and, after input on stdin, ends without stopping it.
 *
 * @param {string} ending
 */
function parentCode(ending) {
  return `
    import { once } from 'node:events'
    import { startRedis } from ${JSON.stringify(new URL('./redis.mjs', import.meta.url).href)}
    const { port, socketPath } = await startRedis()
    process.stdout.write(JSON.stringify({ port, socketPath }))
    await once(process.stdin, 'data')
    ${ending}`
}

/**
 * @param {import('node:net').Socket} socket
 * @returns {Promise<void>} resolves when the connection is closed, also by a reset
 */
function closed(socket) {
  socket.on('error', () => {})
  return new Promise((resolve) => socket.resume().once('close', () => resolve()))
}

/** @param {number | undefined} pid */
function isAlive(pid) {
  try {
    process.kill(Number(pid), 0)
    return true
  } catch {
    return false
  }
}
