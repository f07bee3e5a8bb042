// @ts-check
// The error for a wrong option does not contain a password.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createClient } from 'redis'
import { RedisStateAdapter } from 'redis-state-adapter'
import { bad, MALFORMED, WITHOUT_MEANING } from '../config/malformed.mjs'
import { thrownBy } from '../support/assert-names.mjs'
import { failureOf } from '../support/leaks.mjs'
import { closedAfter, open } from '../support/open.mjs'
import { assertShowsNoSecret, password, urlWith, username } from '../support/secrets.mjs'
import { collectWarnings } from '../support/warnings.mjs'

/**
 * @import { TestContext } from 'node:test'
 */

describe('the error for a wrong option does not contain the password', () => {
  for (const [title, given] of Object.entries({
    'with a password option': { username, password },
    'with a url that contains it': { url: urlWith('127.0.0.1:1', password) },
  })) {
    it(`of an option together ${title}`, (t) => {
      for (const [, options] of MALFORMED) {
        const merged = { ...given, .../** @type {object} */ (options) }
        assertShowsNoSecret(thrownBy(() => openAny(t, merged), 'ERR_INVALID_CONFIG'))
      }
    })
  }

  it('that is passed as another option', (t) => {
    const numbers = [
      'port',
      'database',
      'ttl',
      'commandTimeout',
      'maxPendingBytes',
      'socket.port',
      'socket.connectTimeout',
    ]
    const others = [
      'socket',
      'tls',
      'sentinel',
      'cluster',
      'strictTraceIds',
      'hashTags',
      'waitReplicas',
      'socket.keepAlive',
      'socket.reconnectStrategy',
    ]
    const maps = ['sentinel.nodeAddressMap', 'cluster.nodeAddressMap', 'waitReplicas.count']
    const given = ['tls.rejectUnauthorized', 'name', 'url', 'host', 'socket.host']
    const nested = ['sentinel.nodes', 'cluster.nodes', ...maps, ...given]
    for (const path of [...numbers, ...others, ...nested]) {
      for (const [, options] of bad(path, password, [password], { [path]: password }, urlWith('h', password))) {
        assertShowsNoSecret(failureOf(() => openAny(t, options)))
      }
    }
  })

  it('in the name of a node', (t) => {
    const nodes = [{ host: '127.0.0.1', port: 1 }]
    for (const name of [password, urlWith('127.0.0.1:1', password), `${password}@127.0.0.1:1`]) {
      const cluster = { nodes, nodeAddressMap: { [name]: nodes[0] } }
      assertShowsNoSecret(thrownBy(() => openAny(t, { cluster }), 'ERR_INVALID_CONFIG'))
    }
  })

  it('that is not a string', (t) => {
    const url = new URL(urlWith('h', password))
    for (const name of ['password', 'url', 'username']) {
      for (const mistaken of [{ password }, [password], name === 'url' ? Object(url.href) : url]) {
        assertShowsNoSecret(thrownBy(() => openAny(t, { [name]: mistaken }), 'ERR_INVALID_CONFIG'))
      }
    }
  })

  it('in the environment', (t) => {
    const url = urlWith('127.0.0.1:1', password)
    for (const mistake of [
      { REDIS_PORT: password },
      { REDIS_PORT: url },
      { REDIS_PORT: '0' },
      { REDIS_DATABASE: password },
      { STATE_TTL: password },
      { REDIS_HOST: url },
      { REDIS_URL: `http://ada:${password}@h` },
      { REDIS_URL: `ada:${password}@h` },
      { REDIS_URL: `${url}/x` },
      { REDIS_URL: `redis://ada:${password}@h:99999` },
    ]) {
      const env = { REDIS_USERNAME: username, REDIS_PASSWORD: password, ...mistake }
      const build = () => closedAfter(t, RedisStateAdapter.fromEnv(env))
      assertShowsNoSecret(thrownBy(build, 'ERR_INVALID_CONFIG'))
    }
  })

  it('nor does a warning contain it', async (t) => {
    const warnings = collectWarnings(t)
    openAny(t, { url: 'memory:', username, password, ...WITHOUT_MEANING })
    openAny(t, {
      url: urlWith('127.0.0.1:1', password),
      ...WITHOUT_MEANING,
      clientInfoTag: password,
      socket: { lookup: password },
    })
    openAny(t, createClient({ url: urlWith('127.0.0.1:1', password), pingInterval: 1000 }))
    await nextTurn()
    assert.ok(warnings.length >= 3)
    warnings.forEach(assertShowsNoSecret)
  })
})

/**
 * @param {TestContext} t
 * @param {unknown} connection of any type, also one that the declarations reject
 */
function openAny(t, connection) {
  return open(t, /** @type {any} */ (connection))
}
