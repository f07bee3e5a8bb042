// @ts-check
// Checks that links and files in the documents exist, and that the tables of methods and options are complete.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { RedisStateAdapter } from 'redis-state-adapter'
import { shortTable } from '../scripts/runtimes/table.mjs'
import { anchorsOf, relativeLinks } from './support/documents.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

for (const document of ['.', 'docs', 'examples', 'bench'].flatMap(pagesIn)) {
  describe(document, () => {
    const text = read(document)

    it('links to files and anchors that exist', () => {
      const broken = relativeLinks(document, text).filter(({ path, anchor }) => {
        if (!existsSync(join(root, path))) return true
        return anchor !== undefined && !anchorsOf(read(path)).includes(anchor)
      })
      assert.deepEqual(
        broken.map(({ link }) => link),
        [],
      )
    })

    it('names files that exist', () => {
      const quoted = [...text.matchAll(/`((?:__test__|bench|docs|examples|lib|scripts|src|types)\/[\w./-]*)`/g)]
      const missing = quoted.map(([, path]) => path).filter((path) => !existsSync(join(root, path)))
      assert.deepEqual(missing, [])
    })
  })
}

describe('the README', () => {
  const readme = read('README.md')

  it('is short', () => {
    assert.ok(readme.split('\n').length <= 210, 'move what is not needed at first to docs/')
  })

  it('has the figures of the last benchmark', () => {
    const results = read('bench/RESULTS.md')
    const figures = [...readme.matchAll(/\b(\d[\d.]*k?)(?: µs| ms| calls per second)/g)].map(([, figure]) => figure)
    assert.ok(figures.length > 0)
    const others = figures.filter((figure) => !results.includes(` ${figure} `))
    assert.deepEqual(others, [], 'bench/RESULTS.md does not have them')
  })

  it('has the results of the runtimes in docs/platforms.md', () => {
    assert.ok(
      readme.includes(`\n\n${shortTable(read('docs/platforms.md'))}\n\n`),
      '`npm run test:runtimes -- --write` writes both',
    )
  })

  it('names each public method', () => {
    const [, api] = /^## API\n(.*?)^## /ms.exec(readme) ?? []
    const missing = publicMembers().filter((name) => !new RegExp(`\\b${name}\\b`).test(api))
    assert.deepEqual(missing, [])
  })
})

describe('docs/options.md', () => {
  for (const [file, ...interfaces] of [
    ['options', 'ConnectionOptions', 'StateOptions'],
    ['socket', 'SocketOptions'],
    ['tls', 'TlsOptions'],
    ['topology', 'SentinelOptions', 'ClusterOptions'],
  ]) {
    it(`names each option of types/${file}.d.ts`, () => {
      const page = read('docs/options.md')
      const declared = interfaces.flatMap((name) => membersOf(read(`types/${file}.d.ts`), name))
      assert.ok(declared.length > 0)
      const missing = declared.filter((option) => !new RegExp(`\\b${option}\\b`).test(page))
      assert.deepEqual(missing, [])
    })
  }
})

/** @param {string} folder */
function pagesIn(folder) {
  const deep = folder !== '.'
  return readdirSync(join(root, folder), { recursive: deep, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.includes('node_modules'))
    .map((file) => (deep ? `${folder}/${file.replaceAll('\\', '/')}` : file))
}

/** @param {string} path */
function read(path) {
  return readFileSync(join(root, path), 'utf8')
}

function publicMembers() {
  const names = new Set()
  for (
    let prototype = RedisStateAdapter.prototype;
    // Up to EventEmitter, whose methods Node.js documents.
    !Object.hasOwn(prototype, 'emit');
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const name of Object.getOwnPropertyNames(prototype)) names.add(name)
  }
  return [...names].filter((name) => name !== 'constructor' && !name.startsWith('_'))
}

/**
 * @param {string} declarations
 * @param {string} name of an interface
 */
function membersOf(declarations, name) {
  const [, body] = new RegExp(`interface ${name}\\b[^{]*\\{\\n(.*?)^\\}`, 'ms').exec(declarations) ?? []
  return [...(body ?? '').matchAll(/^ {2}(\w+)\??:/gm)].map(([, member]) => member)
}
