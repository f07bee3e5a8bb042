// @ts-check
// Urls of the nodes of a cluster, wherever they are taken: their address, login and TLS.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'

const require = createRequire(import.meta.url)
const { connectionOf } = require('../lib/adapters/keyv/connection.js')
const { readDriverOptions } = require('../lib/adapters/unstorage/options.js')
const { adapterOptions } = require('../lib/cli/connection.js')

/** What makes options of the url of a node. @type {Record<string, (url: string) => Promise<Record<string, any>>>} */
const TAKERS = {
  'rootNodes of Keyv': async (url) => connectionOf({ rootNodes: [{ url }] }),
  'cluster of unstorage': async (url) => readDriverOptions({ cluster: [url] }).connection,
  '--url with --cluster': async (url) => {
    const { commandTimeout: _, stackTraces: __, ...options } = await adapterOptions({ url, cluster: true }, {})
    return options
  },
}
/** @type {[url: string, host: string, port: number, login: object][]} */
const URLS = [
  ['redis://a', 'a', 6379, {}],
  ['redis://a:7000', 'a', 7000, {}],
  ['redis://[::1]:7000', '::1', 7000, {}],
  ['redis://ada:s%40crt@a', 'a', 6379, { username: 'ada', password: 's@crt' }],
  ['rediss://:word@[fe80::1]', 'fe80::1', 6379, { password: 'word', tls: true }],
  ['valkeys://a', 'a', 6379, { tls: true }],
]

for (const [name, options] of Object.entries(TAKERS)) {
  describe(name, () => {
    for (const [url, host, port, login] of URLS) {
      it(`takes ${url}`, async () => {
        assert.deepEqual(await options(url), { ...login, cluster: { nodes: [{ host, port }] } })
      })
    }

    for (const url of ['redis://:secret@a:port', 'redis://:secret%@a']) {
      it(`refuses ${url}, and does not show the password`, async () => {
        await assert.rejects(options(url), (/** @type {any} */ error) => {
          assert.equal(error.code, 'ERR_INVALID_CONFIG')
          assert.doesNotMatch(JSON.stringify([error.message, error.input, error.cause]), /secret/)
          return true
        })
      })
    }
  })
}

it('an option beside a list of nodes has precedence over their urls, as a later url has not', () => {
  const cluster = ['a', 'rediss://:first@b', 'redis://:second@c']
  const { password, tls } = readDriverOptions({ cluster }).connection
  assert.deepEqual([password, tls], ['first', true])
  assert.equal(readDriverOptions({ cluster, password: 'own' }).connection.password, 'own')
})
