// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { it } from '../support/it.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { withColons, workspace } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** @param {GetStore} store */
export function prefixes(store) {
  const { hasHashTags: hashTags } = store
  describe('a key prefix', () => {
    it('separates entries with the same trace id and key', async (t) => {
      const { prefix, open } = workspace(store, t)
      const [one, other] = [open({ keyPrefix: `${prefix}one:` }), open({ keyPrefix: `${prefix}other:` })]
      await Promise.all([one.set('t', 'k', 1), other.set('t', 'k', 2)])
      assert.deepEqual([await one.get('t', 'k'), await other.get('t', 'k')], [1, 2])
      await one.clear('t')
      assert.deepEqual([await one.getGroup('t'), await other.getGroup('t')], [[], [2]])
    })

    it('that starts with another prefix shares only the names that the layout implies', async (t) => {
      const { prefix, open } = workspace(store, t)
      const [outer, inner] = [open(), open({ keyPrefix: `${prefix}in:` })]
      await Promise.all([outer.set('t', 'k', 'outer'), inner.set('t', 'k', 'inner')])
      assert.deepEqual([await outer.getGroup('t'), await inner.getGroup('t')], [['outer'], ['inner']])
      assert.deepEqual(await inner.traceIds(), ['t'])
      // With hash tags each trace id begins with a brace.
      assertSameMembers(await outer.traceIds(), hashTags ? ['t'] : ['t', 'in'])
      assert.deepEqual(await outer.keys('in'), hashTags ? [] : ['t:k'])
      await outer.clear('t')
      assert.deepEqual(await inner.getGroup('t'), ['inner'])
    })

    it('that starts with another prefix, without a colon between, shares only the names that the layout implies', async (t) => {
      const { prefix, open } = workspace(store, t)
      const [short, long] = [open({ keyPrefix: `${prefix}app` }), open({ keyPrefix: `${prefix}app2` })]
      await Promise.all([short.set('t', 'k', 'short'), long.set('t', 'k', 'long')])
      assert.deepEqual(await long.items(), [{ groupId: 't', key: 'k', type: 'string', value: 'long' }])
      assertSameMembers(await short.traceIds(), hashTags ? ['t'] : ['t', '2t'])
      await long.clear('t')
      assert.deepEqual(await short.getGroup('t'), ['short'])
    })

    const parts = [
      'é文😀',
      '\u0000\u0001\u0002\u0003\n',
      '__proto__',
      '"\\',
      ' ',
      ':::',
      ...(hashTags ? [] : ['{tag}']),
    ]
    for (const part of parts) {
      it(`can contain ${JSON.stringify(part)}`, async (t) => {
        const { prefix, open } = workspace(store, t)
        const state = open({ keyPrefix: `${prefix}${part}` })
        await state.set('t', 'k', 1)
        assert.deepEqual(await state.traceIds(), ['t'])
        assert.deepEqual(await state.keys('t'), ['k'])
        assert.equal(await state.get('t', 'k'), 1)
      })
    }

    it('can be repeated in trace ids and keys', async (t) => {
      const { prefix, open } = workspace(store, t)
      const state = open(withColons(store))
      const key = `${prefix}${prefix}`
      await state.set('t', key, 1)
      assert.deepEqual(await state.keys('t'), [key])
      await state.set(prefix, 'k', 2)
      assertSameMembers(await state.keys(prefix), ['k'])
      assert.deepEqual(await state.getGroup(prefix), [2])
    })
  })
}
