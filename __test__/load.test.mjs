// @ts-check
// The package on a platform for which it has no binary, or whose binary cannot be loaded.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

describe('loading the package', () => {
  it('says that there is no binary for the platform, and how to build one', (t) => {
    const { code, message } = failureOf(packageWithout(t))
    assert.equal(code, 'ERR_UNSUPPORTED')
    const reason = `cannot load its native code on ${process.platform}-${process.arch} with Node.js [0-9.]+: there is no binary for it`
    assert.match(message, new RegExp(`^redis-state-adapter: ${reason}\\. The package contains .* npm run build\\.$`))
  })

  it('says why a binary cannot be loaded', { skip: process.platform !== 'linux' || process.arch !== 'x64' }, (t) => {
    const folder = packageWithout(t)
    for (const libc of ['gnu', 'musl'])
      writeFileSync(join(folder, `redis-state-adapter.linux-x64-${libc}.node`), 'no ELF')
    const { code, message } = failureOf(folder)
    assert.equal(code, 'ERR_UNSUPPORTED')
    assert.match(
      message,
      /: .*redis-state-adapter\.linux-x64-\w+\.node: (file too short|invalid ELF header|.*ELF.*)\. /,
    )
  })
})

/** @param {import('node:test').TestContext} t @returns the folder of a copy of the package without any binary */
function packageWithout(t) {
  const folder = mkdtempSync(join(tmpdir(), 'redis-state-adapter-load-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const part of ['index.js', 'native.js', 'lib', 'package.json']) {
    cpSync(join(root, part), join(folder, part), { recursive: true })
  }
  return folder
}

/** @param {string} folder @returns {{ code: string, message: string }} */
function failureOf(folder) {
  const script = `try { require(${JSON.stringify(folder)}) } catch ({ code, message }) { console.log(JSON.stringify({ code, message })) }`
  const env = { ...process.env, NAPI_RS_NATIVE_LIBRARY_PATH: '' }
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { env, encoding: 'utf8' }))
}
