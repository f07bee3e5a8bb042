// @ts-check
// Runs `doctor`, and reads what it finds.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { folderFor } from '../support/certificates.mjs'
import { cli } from '../support/cli.mjs'
import { started } from '../support/redis.mjs'

/**
 * What `doctor` finds.
 *
 * @param {string} url
 * @param {{ argv?: string[], env?: Record<string, string | undefined>, clock?: () => number }} [more]
 */
export function examined(url, { argv = [], ...surroundings } = {}) {
  return findingsOf(['--url', url, ...argv], surroundings)
}

/**
 * What `doctor` finds by options in a file.
 *
 * @param {import('node:test').TestContext} t
 * @param {import('redis-state-adapter').RedisStateAdapterOptions} options
 */
export async function examinedBy(t, options) {
  const file = join(await folderFor(t), 'options.json')
  await writeFile(file, JSON.stringify(options))
  return findingsOf(['--options', file, '--timeout', '300ms'], {})
}

/** @param {string[]} argv @param {import('../support/cli.mjs').Surroundings} surroundings */
async function findingsOf(argv, surroundings) {
  const { code, stdout } = await cli(['doctor', '--json', ...argv], surroundings)
  /** @type {{ findings: { check: string, level: string, text: string, remedy?: string }[] }} */
  const { findings } = JSON.parse(stdout)
  /** @param {string} check */
  const of = (check) => {
    const found = findings.filter((finding) => finding.check === check)
    assert.ok(found.length > 0, `${check} is not among ${JSON.stringify(findings)}`)
    return found
  }
  return { code, findings, of: (/** @type {string} */ check) => of(check)[0], all: of }
}

/** A server with nothing to complain of. @param {import('node:test').TestContext} t @param {string[]} [args] */
export function healthy(t, args = []) {
  const persistent = ['--appendonly', 'yes', '--notify-keyspace-events', 'Kg$xe', '--requirepass', 'word']
  return started(t, [...persistent, ...args])
}

export const LOGIN = { env: { REDIS_PASSWORD: 'word' } }
