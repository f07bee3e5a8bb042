// @ts-check
// The declarations of the installed package, compiled as a user has them.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { root } from './support/packed.mjs'

/** @import { PackedProject } from './support/packed.mjs' */

/** @param {PackedProject} installed */
export function declarations(installed) {
  // Each expected error also proves that the types were found: without them there would be no error.
  const typed = `
    interface Order { total: number }
    export async function use(): Promise<Order | null> {
      await using state = new RedisStateAdapter({ host: 'localhost', keyPrefix: 'a:', ttl: 60, socket: { keepAlive: true } })
      const order: Order = await state.set<Order>('trace', 'order', { total: 1 })
      const keys: string[] = await state.keys('trace')
      const values: Order[] = await state.getGroup<Order>('trace')
      for (const { groupId, type } of await state.items({ filter: [{ valueKey: 'total', operation: 'gt', value: 1 }] })) {
        keys.push(groupId, type)
      }
      state.on('reconnecting', ({ retries, delay, cause }) => values.push({ total: order.total + retries + delay, ...cause }))
      state.on('error', (error) => keys.push(error.code, error.applied ?? 'none'))
      // @ts-expect-error there is no such option
      new RedisStateAdapter({ hots: 'localhost' })
      // @ts-expect-error a ttl is a number
      new RedisStateAdapter({}, { ttl: '60' })
      // @ts-expect-error there is no such operation
      await state.items({ filter: [{ valueKey: 'total', operation: 'like', value: 1 }] })
      // @ts-expect-error the value may be missing
      const certain: Order = await state.get<Order>('trace', 'order')
      const failure = new RedisStateError('ERR_CLOSED', 'closed')
      // @ts-expect-error there is no such code
      if (failure.code === 'ERR_OTHER') return certain
      return state.get<Order>('trace', 'order')
    }
    export const fromEnv: RedisStateAdapter = RedisStateAdapter.fromEnv(process.env)`

  const asModule = `import { RedisStateAdapter, RedisStateError } from 'redis-state-adapter'\n${typed}`
  const asCommonJs = `import { RedisStateAdapter, RedisStateError } from 'redis-state-adapter'
    import adapter = require('redis-state-adapter')
    export const same: typeof RedisStateAdapter = adapter.RedisStateAdapter\n${typed}`

  it('has examples in its declarations that type-check', () => {
    const folder = join(installed.folder, 'node_modules/redis-state-adapter/types')
    const files = readdirSync(folder).filter((file) => file.endsWith('.d.ts'))
    const examples = files.flatMap((file) => examplesOf(readFileSync(join(folder, file), 'utf8')))
    assert.ok(examples.length > 40, `${examples.length} examples`)
    writeFileSync(join(installed.folder, 'examples.mts'), [surroundings, ...examples.map(asFunction)].join('\n'))
    compile(installed, '--module', 'nodenext', '--skipLibCheck', 'examples.mts')
  })

  // types.test.mjs has other compilers and kinds of resolution.
  it('type-checks strictly, with the declarations of the package', () => {
    writeFileSync(join(installed.folder, 'user.mts'), asModule)
    writeFileSync(join(installed.folder, 'user.cts'), asCommonJs)
    compile(installed, '--module', 'nodenext', '--skipLibCheck', 'false', 'user.mts', 'user.cts')
  })
}

/** Declarations that the examples rely on. */
const surroundings = `
  import { subscribe } from 'node:diagnostics_channel'
  import { RedisStateAdapter, RedisStateError, StateStores, type StateLock, type StateStore, type TracingContext, type TypedState } from 'redis-state-adapter'
  import { CosmosStateAdapter } from 'redis-state-adapter/cosmos'
  declare const state: RedisStateAdapter
  declare const stores: StateStores
  declare const lock: StateLock
  declare const fetchToken: () => Promise<string>
  declare const fetchUser: (id: number, options: { signal: AbortSignal }) => Promise<{ name: string }>
  declare const z: any`

/** @param {string} declarations */
function examplesOf(declarations) {
  const comments = [...declarations.matchAll(/\/\*\*.*?\*\//gs)].map(([comment]) => comment)
  return comments.flatMap((comment) => {
    const [, example] = /@example\n(.*)\*\//s.exec(comment) ?? []
    return example === undefined ? [] : [example.replace(/^ *\* ?/gm, '')]
  })
}

/** @param {string} example @param {number} index */
function asFunction(example, index) {
  return `export async function example${index}() {\n${example.replace(/^import .*$/m, '')}}`
}

/** @param {PackedProject} installed @param {string[]} args */
function compile(installed, ...args) {
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')]
  const language = ['--strict', '--noEmit', '--target', 'es2022', '--lib', 'es2023,esnext.disposable']
  installed.run([join(root, 'node_modules/typescript/bin/tsc'), ...language, ...types, ...args])
}
