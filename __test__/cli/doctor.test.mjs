// @ts-check
// `doctor` finds what is wrong with a server, and says what to do.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { folderFor } from '../support/certificates.mjs'
import { printed } from '../support/cli.mjs'
import { startedCluster } from '../support/cluster.mjs'
import { started } from '../support/redis.mjs'
import { relayTo } from '../support/relay.mjs'
import { array, bulk, scripted } from '../support/scripted-server.mjs'
import { startedWithTls } from '../support/tls-server.mjs'
import { unusedPort } from '../support/unused-port.mjs'
import { examined, examinedBy, healthy, LOGIN } from './examined.mjs'

const { PERMISSIONS } = createRequire(import.meta.url)('../../lib/cli/doctor/permissions.js')

describe('doctor', () => {
  it('finds nothing on a server that is as it should be', async (t) => {
    const { url, port } = await healthy(t)
    const { code, findings } = await examined(url, LOGIN)
    assert.deepEqual(
      findings.filter(({ level }) => level !== 'ok'),
      [],
    )
    const checks = 'server version role tls login permissions eviction persistence notifications clients latency clock'
    assert.deepEqual([code, findings.map(({ check }) => check).join(' ')], [0, checks])
    const lines = await printed(['doctor', '--url', url], LOGIN)
    assert.match(lines, new RegExp(`^ok +server +127.0.0.1:${port}\nok +version +Redis \\d`))
    assert.match(lines, /\n0 problems, 0 warnings\n$/)
  })

  it('1. finds that the server removes entries when its memory is full', async (t) => {
    const { url } = await healthy(t, ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'])
    const { code, of } = await examined(url, LOGIN)
    assert.deepEqual([code, of('eviction').level], [1, 'problem'])
    assert.match(of('eviction').text, /maxmemory-policy is allkeys-lru.*It happens at 100\.0 MiB/)
    assert.match(String(of('eviction').remedy), /CONFIG SET maxmemory-policy noeviction/)
  })

  it('2. finds that keyspace notifications are off', async (t) => {
    const { url } = await healthy(t, ['--notify-keyspace-events', 'El'])
    const { code, of } = await examined(url, LOGIN)
    assert.deepEqual([code, of('notifications').level], [0, 'warning'])
    assert.match(String(of('notifications').remedy), /CONFIG SET notify-keyspace-events lEKg\$xe/)
    assert.equal((await examined(url, { argv: ['--strict'], ...LOGIN })).code, 1)
  })

  it('3. finds that a restart loses all entries', async (t) => {
    const { url } = await healthy(t, ['--appendonly', 'no', '--save', ''])
    const { of } = await examined(url, LOGIN)
    assert.equal(of('persistence').level, 'warning')
    assert.match(String(of('persistence').remedy), /CONFIG SET appendonly yes/)
  })

  it('4. finds that the server is a replica', async (t) => {
    const primary = await started(t)
    const replica = await started(t, ['--replicaof', `127.0.0.1 ${primary.port}`])
    const { code, of } = await examined(replica.url)
    assert.deepEqual([code, of('role').level], [1, 'problem'])
    assert.match(of('role').text, new RegExp(`is a replica of 127.0.0.1:${primary.port}: writes are rejected`))
    assert.match(String(of('role').remedy), /Connect to the primary/)
  })

  it('5. finds that a plain url leads to a node of a cluster, and examines a cluster', async (t) => {
    const cluster = await startedCluster(t)
    const url = `redis://127.0.0.1:${cluster.nodes[0].server.port}`
    const wrong = await examined(url)
    assert.deepEqual([wrong.code, wrong.of('topology').level], [1, 'problem'])
    assert.match(String(wrong.of('topology').remedy), /--cluster/)
    const { of } = await examined(url, { argv: ['--cluster'] })
    assert.deepEqual([of('role').level, of('permissions').level], ['ok', 'ok'])
    assert.match(of('role').text, /all slots are served/)
  })

  it('6. finds that the password is wrong, and that there is none', async (t) => {
    const { url } = await healthy(t)
    for (const env of [{ REDIS_PASSWORD: 'wrong-word' }, {}]) {
      const { code, of, findings } = await examined(url, { env })
      assert.deepEqual([code, of('login').level], [1, 'problem'])
      assert.match(String(of('login').remedy), /Check the user name and the password/)
      assert.ok(!JSON.stringify(findings).includes('wrong-word'))
    }
    const without = await started(t)
    assert.match((await examined(without.url)).of('login').text, /the server needs no password/)
  })

  it('7. finds that the port speaks no TLS', async (t) => {
    const { port } = await healthy(t)
    const { code, of } = await examined(`rediss://localhost:${port}`, { argv: ['--timeout', '300ms'], ...LOGIN })
    assert.deepEqual([code, of('tls').level], [1, 'problem'])
    assert.match(String(of('tls').remedy), /Use redis:\/\/ in place of rediss:/)
  })

  it('7. finds it where the options of the socket say where the server is', async (t) => {
    const { port } = await healthy(t)
    for (const tls of [{ tls: true }, { servername: 'localhost' }]) {
      const { code, of } = await examinedBy(t, { socket: { host: '127.0.0.1', port, ...tls } })
      assert.deepEqual([code, of('tls').level], [1, 'problem'])
      assert.match(String(of('tls').remedy), /Use redis:\/\/ in place of rediss:/)
    }
  })

  it('8. finds that the port speaks TLS, but not where nothing listens', async (t) => {
    const [{ port }, unused] = [await startedWithTls(t), await unusedPort()]
    const socket = { host: '127.0.0.1', tls: false }
    const { of } = await examinedBy(t, { socket: { ...socket, port } })
    assert.match(String(of('tls').remedy), /Use rediss:\/\/ in place of redis:/)
    const none = await examinedBy(t, { socket: { ...socket, port: unused } })
    assert.match(none.of('connection').text, /connection refused/)
    const path = join(await folderFor(t), 'no-server.sock')
    assert.equal((await examinedBy(t, { socket: { path } })).of('connection').level, 'problem')
  })

  it('8. finds that the port speaks TLS', async (t) => {
    const { port } = await startedWithTls(t)
    const { code, of } = await examined(`redis://localhost:${port}`, { argv: ['--timeout', '300ms'] })
    assert.deepEqual([code, of('tls').level], [1, 'problem'])
    assert.match(String(of('tls').remedy), /Use rediss:\/\/ in place of redis:/)
  })

  it('9. finds each command that the user may not run', async (t) => {
    const server = await healthy(t)
    const client = await server.client({ password: 'word' })
    const rights = [
      '~motia:state:*',
      '~__state__:*motia:state:*',
      '&*',
      '+@all',
      '-unlink',
      '-config',
      '-eval',
      '-subscribe',
    ]
    await client.sendCommand(['ACL', 'SETUSER', 'app', 'on', '>app-word', ...rights])
    const login = { env: { REDIS_USERNAME: 'app', REDIS_PASSWORD: 'app-word' } }
    const { code, all } = await examined(server.url, login)
    const found = all('permissions').map(({ level, remedy }) => [level, /\+\S+?(?=,)/.exec(String(remedy))?.[0]])
    assert.equal(code, 1)
    assert.deepEqual(found, [
      ['problem', '+unlink'],
      ['warning', '+eval'],
      ['warning', '+subscribe'],
      ['warning', '+config|get'],
    ])
    await client.sendCommand(['ACL', 'SETUSER', 'app', '-@all', '+ping', '+get', '+mget'])
    const few = await examined(server.url, login)
    assert.ok(few.all('permissions').length > 15)
    assert.equal(few.of('version').level, 'unknown')
  })

  it('9. finds the commands that the server does not have', async (t) => {
    const disabled = ['GETDEL', 'EVAL', 'SUBSCRIBE', 'CONFIG'].flatMap((name) => ['--rename-command', name, ''])
    const { code, all } = await examined((await healthy(t, disabled)).url, LOGIN)
    const found = all('permissions').map(
      ({ level, text }) => `${level} ${/^the server has no command \S+,/.exec(text)}`,
    )
    assert.equal(code, 1)
    assert.deepEqual(found, [
      'problem the server has no command GETDEL,',
      'warning the server has no command EVAL,',
      'warning the server has no command SUBSCRIBE,',
    ])
  })

  it('9. does not take a command that fails otherwise for permitted', async (t) => {
    const info = bulk('redis_version:7.0.0\r\nrole:master\r\n')
    let isSilent = false
    const url = await scripted(t, ([name]) => {
      isSilent ||= name === 'GETDEL'
      return isSilent ? () => {} : { INFO: info, EXISTS: ':0' }[name]
    })
    const { all } = await examined(url, { argv: ['--timeout', '300ms'] })
    const [{ level, text, remedy }] = all('permissions').slice(-1)
    assert.equal(level, 'unknown')
    assert.match(text, /^cannot be tried: .*\+getdel/)
    assert.match(String(remedy), /--timeout/)
  })

  it('10. finds entries that are missing in their index, and members without an entry', async (t) => {
    const server = await healthy(t)
    const client = await server.client({ password: 'word' })
    await client.mSet({ 'motia:state:a:1': '1', 'motia:state:a:2': '1' })
    await printed(['reindex', '--url', server.url], LOGIN)
    assert.equal((await examined(server.url, LOGIN)).of('index').level, 'ok')
    await client.del('motia:state:a:1')
    await client.set('motia:state:b:1', '1')
    const { code, all } = await examined(server.url, LOGIN)
    assert.equal(code, 1)
    assert.deepEqual(
      all('index').map(({ level, text }) => [level, text.slice(0, 8)]),
      [
        ['problem', '1 of 2 e'],
        ['warning', '1 of 2 m'],
      ],
    )
    assert.match(String(all('index')[0].remedy), /redis-state-adapter reindex/)
  })

  it('11. finds that the clocks differ', async (t) => {
    const { url } = await healthy(t)
    const { of } = await examined(url, { ...LOGIN, clock: () => Date.now() + 3_600_000 })
    assert.equal(of('clock').level, 'warning')
    assert.match(of('clock').text, /is 3(600|599) s behind that of this machine/)
    assert.match(String(of('clock').remedy), /NTP/)
  })

  it('12. finds that the server is too old', async (t) => {
    /** @type {Record<string, string>} */
    const replies = {
      INFO: bulk('redis_version:5.0.14\r\nrole:master\r\n'),
      TIME: array(bulk(String(Math.floor(Date.now() / 1000))), bulk('0')),
      ACL: '-ERR unknown command `ACL`',
      CONFIG: '-ERR unknown command `CONFIG`',
      EXISTS: ':0',
      PING: '+PONG',
    }
    const url = await scripted(t, ([name]) => replies[name])
    const { code, of } = await examined(url)
    assert.deepEqual([code, of('version').level], [1, 'problem'])
    assert.match(of('version').text, /Redis 5\.0\.14 is older than 6\.2/)
    assert.match(String(of('version').remedy), /Upgrade/)
    assert.deepEqual([of('login').level, of('notifications').level], ['unknown', 'unknown'])
  })

  it('13. finds that round trips are long', async (t) => {
    const server = await started(t)
    const relay = await relayTo(t, server)
    relay.delay(15)
    const { of } = await examined(relay.url)
    assert.equal(of('latency').level, 'warning')
    assert.match(String(of('latency').remedy), /same region/)
  })

  it('14. finds that no more connections are accepted soon, that memory is full, and that snapshots fail', async (t) => {
    const info =
      'redis_version:7.0.0\r\nrole:master\r\nconnected_clients:95\r\nmaxclients:100\r\nmaxmemory_policy:noeviction\r\nmaxmemory:1000\r\nused_memory:950\r\naof_enabled:0\r\nrdb_last_bgsave_status:err\r\n'
    const url = await scripted(t, ([name]) => ({ INFO: bulk(info), EXISTS: ':0' })[name])
    const { of } = await examined(url)
    assert.deepEqual(
      ['clients', 'eviction', 'persistence'].map((check) => of(check).level),
      ['problem', 'warning', 'problem'],
    )
  })

  it('says why there is no server', async () => {
    const { code, of } = await examined('redis://localhost:1')
    assert.deepEqual([code, of('connection').level], [1, 'problem'])
    assert.match(of('connection').text, /connection refused/)
    assert.match((await examined('memory:')).of('server').text, /there is no server to examine/)
  })

  it('knows the command of each rule in docs/acl.md', async () => {
    const page = await readFile(new URL('../../docs/acl.md', import.meta.url), 'utf8')
    const lines = [...page.matchAll(/^ACL SETUSER app (?!on >password resetchannels)(.*)$/gm)].map(([, rules]) => rules)
    const documented = new Set(lines.flatMap((rules) => rules.match(/\+\S+/g) ?? []))
    const known = PERMISSIONS.map((/** @type {{ rule: string }} */ { rule }) => rule)
    assert.deepEqual(
      [...documented].filter((rule) => !known.includes(rule)),
      [],
    )
    assert.deepEqual(
      known.filter((/** @type {string} */ rule) => !documented.has(rule)),
      [],
    )
  })

  it('changes nothing', async (t) => {
    const server = await healthy(t)
    const client = await server.client({ password: 'word' })
    await client.set('motia:state:a:1', '1')
    const before = (await client.sendCommand(['CONFIG', 'GET', '*'])).toString()
    await examined(server.url, LOGIN)
    assert.deepEqual(await client.keys('*'), ['motia:state:a:1'])
    assert.equal((await client.sendCommand(['CONFIG', 'GET', '*'])).toString(), before)
  })
})
