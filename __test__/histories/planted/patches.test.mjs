// @ts-check
// The patches of `npm run planted` apply to the sources. The run itself takes too long for every change.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../../..', import.meta.url))

describe('patches that plant faults', () => {
  for (const patch of readdirSync(folder).filter((name) => name.endsWith('.patch'))) {
    it(`${patch} applies to the sources`, () => {
      const { status, stderr } = spawnSync('git', ['apply', '--check', `${folder}${patch}`], { cwd: root })
      assert.equal(status, 0, String(stderr))
    })
  }
})
