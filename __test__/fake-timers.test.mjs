// @ts-check

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { fakeTimers } from './contract/fake-timers.mjs'
import { onEveryStore } from './support/on-every-store.mjs'
import { runFixture } from './support/run-fixture.mjs'

onEveryStore('fake timers', [fakeTimers])

it('calls settle if the timers were faked before the package was loaded', async () => {
  const { code, lines } = await runFixture('faked-first.mjs', [])
  assert.deepEqual([code, lines], [0, ['[[1,1],0,0]']])
})
