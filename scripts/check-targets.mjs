// @ts-check
// `npm run check:targets [-- windows]`: compiles the Rust code for all targets without code generation, so that no C
// compiler or linker for them is needed. Warnings are errors. With a word: only the targets that contain it.

import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TARGETS } from './targets.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const work = join(root, 'target', 'check-targets')
const bin = join(work, 'bin')

/** Creates the files that a C compiler or an archiver would, empty: a check links nothing. */
const STUB = `#!/bin/sh
while [ $# -gt 0 ]; do
  case "$1" in
    -o) : > "$2"; shift ;;
    -Fo*) : > "\${1#-Fo}" ;;
    -out:*) : > "\${1#-out:}" ;;
    *.a|*.lib) : > "$1" ;;
  esac
  shift
done
`

const [word = ''] = process.argv.slice(2)
const triples = TARGETS.map(({ triple }) => triple).filter((triple) => triple.includes(word))

try {
  if (triples.length === 0) throw new Error(`no target contains "${word}"`)
  installStubs()
  run('rustup', ['target', 'add', ...triples])
  for (const triple of triples) check(triple)
  console.log(`${triples.length} targets compile`)
} catch (error) {
  console.error(`check-targets: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}

/** Under the names that build scripts run, whatever variables name. */
function installStubs() {
  mkdirSync(bin, { recursive: true })
  for (const name of ['cc', 'ar', 'clang']) writeFileSync(join(bin, name), STUB, { mode: 0o755 })
}

/** @param {string} triple */
function check(triple) {
  console.log(`==> ${triple}`)
  const suffix = triple.replaceAll('-', '_')
  run('cargo', ['check', '--lib', '--locked', '--quiet', '--target', triple], {
    CARGO_TARGET_DIR: work,
    [`CC_${suffix}`]: join(bin, 'cc'),
    [`AR_${suffix}`]: join(bin, 'ar'),
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    // Build scripts run here, and need the linker that is called like the stub.
    [`CARGO_TARGET_${hostTriple().toUpperCase().replaceAll('-', '_')}_LINKER`]: 'gcc',
    // Without it there are no dynamic libraries for musl.
    RUSTFLAGS: `-D warnings${triple.endsWith('musl') ? ' -C target-feature=-crt-static' : ''}`,
  })
}

function hostTriple() {
  const { stdout } = spawnSync('rustc', ['-vV'], { encoding: 'utf8' })
  return /^host: (.*)$/m.exec(stdout)?.[1] ?? ''
}

/** @param {string} program @param {string[]} args @param {Record<string, string>} [env] */
function run(program, args, env) {
  const { status, error } = spawnSync(program, args, { cwd: root, env: { ...process.env, ...env }, stdio: 'inherit' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? 'failed, see above'}`)
}
