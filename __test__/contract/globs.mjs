// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { entriesOf } from '../support/entries-of.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { workspace } from '../support/workspace.mjs'

/**
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 */

const GLOBS = [
  '*',
  '**',
  'a*',
  '?',
  'a?',
  '[x]',
  '[a-z]',
  '[^a]',
  '[',
  ']',
  '^',
  '{a}',
  '{a,x}',
  'a\\b',
  '\\*',
  '\\',
  '-',
]

/** Names that the globs would match if they were used as patterns. */
const BAIT = ['a', 'ab', 'aa', 'x', 'z', '*a', 'a-z', '\\a', 'a\\\\b', '']

/** @param {RedisStateAdapter} state @param {string[]} names */
async function fillGroups(state, names) {
  await Promise.all(names.flatMap((name) => [state.set(name, 'k', name), state.set(name, '*', name)]))
}

/** @param {GetStore} store */
export function globs(store) {
  describe('glob characters in a trace id', () => {
    for (const name of GLOBS) {
      it(`${name} lists only its own group (conformance 6)`, async (t) => {
        const state = workspace(store, t).open()
        await fillGroups(state, [...GLOBS, ...BAIT])
        assertSameMembers(await state.keys(name), ['*', 'k'])
        assert.deepEqual(await state.getGroup(name), [name, name])
        assertSameMembers(entriesOf(await state.items({ groupId: name })), [
          [`${name}:*`, name],
          [`${name}:k`, name],
        ])
      })

      it(`${name} clears only its own group (conformance 6)`, async (t) => {
        const state = workspace(store, t).open()
        const names = [...GLOBS, ...BAIT]
        await fillGroups(state, names)
        await state.clear(name)
        const others = names.filter((other) => other !== name)
        assertSameMembers(await state.traceIds(), others)
        assert.equal((await state.items()).length, 2 * others.length)
      })
    }
  })

  describe('glob characters in a prefix', () => {
    // With hash tags, a brace in the prefix is rejected.
    for (const glob of GLOBS.filter((glob) => !store.hasHashTags || !glob.includes('{'))) {
      it(`${glob} matches only itself`, async (t) => {
        const { prefix, open } = workspace(store, t)
        const state = open({ keyPrefix: `${prefix}${glob}:` })
        const others = BAIT.filter((bait) => bait !== '').map((bait) => open({ keyPrefix: `${prefix}${bait}:` }))
        await Promise.all([fillGroups(state, ['a']), ...others.map((other) => fillGroups(other, ['a', 'b']))])
        assert.deepEqual(await state.traceIds(), ['a'])
        assertSameMembers(await state.keys('a'), ['*', 'k'])
        assert.equal((await state.items()).length, 2)
        await state.clear('a')
        assert.deepEqual(await state.traceIds(), [])
        for (const other of others) assertSameMembers(await other.traceIds(), ['a', 'b'])
      })
    }
  })
}
