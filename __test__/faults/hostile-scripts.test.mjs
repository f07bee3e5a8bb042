// @ts-check
// Servers that reply to a script in a form that the script never returns: such a reply must not be read as a result.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { open } from '../support/open.mjs'
import { array, bulk, scripted } from '../support/scripted-server.mjs'

/** @import { RedisStateAdapter } from 'redis-state-adapter' */

const etag = 'a'.repeat(40)

/** Replies that no script returns. */
const OF_NO_SCRIPT = {
  'a status': '+QUEUED',
  'an empty array': '*0',
  'an array of an array': array(array()),
  'four integers': array(':1', ':1', ':1', ':1'),
}

/**
 * @typedef {object} ScriptCall
 * @property {(state: RedisStateAdapter) => Promise<unknown>} make
 * @property {boolean} [reads]
 * @property {Record<string, string>} wrong replies of other scripts
 */

/** @type {Record<string, ScriptCall>} */
const CALLS = {
  'set with ifMatch': {
    make: (state) => state.set('t', 'k', 1, { ifMatch: etag }),
    wrong: { 'an integer': ':1', 'a text': bulk('OK') },
  },
  'delete with ifMatch': {
    make: (state) => state.delete('t', 'k', { ifMatch: etag }),
    wrong: { 'an integer': ':1', 'a pair': array(bulk('1'), bulk('2')) },
  },
  getWithMetadata: {
    make: (state) => state.getWithMetadata('t', 'k'),
    reads: true,
    wrong: { 'a text': bulk('"good"'), 'a pair': array(bulk('1'), bulk('"etag"')), 'an integer': ':1' },
  },
  ttl: {
    make: (state) => state.ttl('t', 'k'),
    reads: true,
    wrong: { nil: '$-1', 'a text': bulk('1') },
  },
  touch: { make: (state) => state.touch('t', 'k', 1), wrong: { nil: '$-1', 'a text': bulk('1') } },
  persist: { make: (state) => state.persist('t', 'k'), wrong: { nil: '$-1', 'a text': bulk('1') } },
  increment: {
    make: (state) => state.increment('t', 'k'),
    wrong: { nil: '$-1', 'an integer': ':1', 'a text that is no number': bulk('"one"') },
  },
  'increment of a field': {
    make: (state) => state.increment('t', 'k', 1, { field: 'n' }),
    wrong: { nil: '$-1', 'a pair': array(bulk('1'), bulk('2')) },
  },
  update: {
    make: (state) => state.update('t', 'k', [{ op: 'set', path: 'n', value: 1 }]),
    wrong: { nil: '$-1', 'a text': bulk('"good"'), 'an integer and a text': array(':1', bulk('1')) },
  },
  transaction: {
    make: (state) => state.transaction('t', (tx) => void tx.set('k', 1)),
    wrong: {
      nil: '$-1',
      'a text': bulk('1'),
      'the number of no operation': ':2',
      'an error of no operation': array(':2', bulk('"ERR"')),
      'an array without an error': array(':1', '$-1'),
    },
  },
  lock: {
    make: (state) => state.lock('t', 'k', { ttl: '1s' }),
    wrong: { nil: '$-1', 'an integer': ':1', 'a text as the fence': array(bulk('1'), ':0') },
  },
  rateLimit: {
    make: (state) => state.rateLimit('t', 'k', { limit: 1, window: '1s' }),
    wrong: { 'an integer': ':1', 'a pair': array(':1', ':1'), 'a nil among integers': array(':1', ':1', '$-1') },
  },
}

for (const [name, { make, reads, wrong }] of Object.entries(CALLS)) {
  describe(`${name}, replied to with`, { concurrency: true }, () => {
    for (const [title, reply] of Object.entries({ ...OF_NO_SCRIPT, ...wrong })) {
      it(`${title}, rejects`, async (t) => {
        const url = await scripted(t, ([command]) => (command === 'EVALSHA' || command === 'EVAL' ? reply : undefined))
        const error = await assertFails(make(open(t, { url })), 'ERR_REPLY', { applied: reads ? undefined : 'unknown' })
        assert.match(error.message, /: the reply of the server does not fit the command\./)
      })
    }
  })
}
