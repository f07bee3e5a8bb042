// @ts-check
// The configurations of docs/bundlers.md: each builds an app whose bundle runs, and without them the bundler stops.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { cachedInstall, NotInstallable } from '../scripts/cached-install.mjs'
import { PackedProject, root } from './support/packed.mjs'

const MAX_MS = 120_000

const BUNDLERS = {
  esbuild: '0.28.2',
  webpack: '5.113.0',
  rollup: '4.68.8',
  '@rollup/plugin-commonjs': '29.0.3',
  '@rollup/plugin-node-resolve': '16.0.3',
}

const APP = `
import { RedisStateAdapter } from 'redis-state-adapter'
const state = new RedisStateAdapter('memory:')
state.set('t', 'k', 'stored').then(() => state.get('t', 'k')).then(console.log)
`

/** In place of webpack's command line, which is a package of its own. */
const RUN_WEBPACK = `
import webpack from 'webpack'
import { pathToFileURL } from 'node:url'
const { default: config } = await import(pathToFileURL(process.argv[2]).href)
webpack(config, (error, stats) => {
  if (error) throw error
  if (!stats.hasErrors()) return
  console.error(stats.toString({ all: false, errors: true }))
  process.exitCode = 1
})
`

const page = readFileSync(join(root, 'docs/bundlers.md'), 'utf8')

// The driver does not affect them, so one run suffices.
describe('a bundler', { skip: process.env.REDIS_STATE_DRIVER === 'thread' }, () => {
  /** @type {string} why they cannot be tested on this machine */
  let unavailable
  /** @type {PackedProject} */
  let project

  before(() => {
    try {
      const installed = join(cachedInstall('bundlers', BUNDLERS), 'node_modules')
      project = new PackedProject()
      for (const name of ['esbuild', 'webpack', 'rollup', '@rollup']) {
        symlinkSync(join(installed, name), join(project.folder, 'node_modules', name), 'junction')
      }
    } catch (error) {
      if (!(error instanceof NotInstallable)) throw error
      unavailable = error.message
      return
    }
    mkdirSync(join(project.folder, 'src'))
    project.write('src/app.js', APP)
    project.write('run-webpack.mjs', RUN_WEBPACK)
  })

  after(() => project?.remove())

  it('is of the version in docs/bundlers.md', () => {
    for (const name of /** @type {const} */ (['esbuild', 'webpack', 'rollup'])) {
      const [major, minor] = BUNDLERS[name].split('.')
      assert.ok(page.includes(`\n## ${name} ${major}.${minor}\n`), name)
    }
  })

  itBundles('esbuild', 'app.mjs', () => {
    const [command] = blocksOf('esbuild')
    const args = command.trim().split(' ').slice(1)
    const withoutExternal = args.filter((arg) => !arg.startsWith('--external'))
    return [args, withoutExternal].map((of) => () => runTool('esbuild/bin/esbuild', of))
  })

  itBundles('webpack', 'app.cjs', () => {
    const [config] = blocksOf('webpack')
    return configured('webpack.config.mjs', config, /^ {2}externals: .*\n/m, (file) => run(['run-webpack.mjs', file]))
  })

  itBundles('webpack', 'app.mjs', () => {
    const [config, forModules] = blocksOf('webpack')
    const ofModules = config
      .replace(/^ {2}target: [\s\S]*?,\n/m, '')
      .replace(/^ {2}output: [\s\S]*^}/m, `${forModules}}`)
    return configured('webpack.config.mjs', ofModules, /^ {2}externals: .*\n/m, (file) =>
      run(['run-webpack.mjs', file]),
    )
  })

  itBundles('rollup', 'app.mjs', () => {
    const [config] = blocksOf('rollup')
    return configured('rollup.config.mjs', config, /^ {2}external: .*\n/m, (file) =>
      runTool('rollup/dist/bin/rollup', ['--config', file]),
    )
  })

  /**
   * @param {string} name
   * @param {string} output name of the bundle
   * @param {() => (() => ReturnType<typeof run>)[]} builds with the configuration of the page, and without the package
   *   as external
   */
  function itBundles(name, output, builds) {
    it(`bundles an app as the page says: ${name}, ${output}`, (t) => {
      if (unavailable) return t.skip(unavailable)
      const [build, buildWithoutExternal] = builds()
      assertSucceeds(build())
      const { stdout } = assertSucceeds(run([join('dist', output)]))
      assert.equal(stdout, 'stored\n')
      const stopped = buildWithoutExternal()
      assert.notEqual(stopped.status, 0, 'it bundles the package without its configuration: the page is out of date')
      const message = new RegExp(`^- \`(.*)\` \\(.*${name}.*\\)$`, 'm').exec(page)?.[1] ?? ''
      assert.ok(message !== '' && ofAnyTarget(stopped.stderr).includes(ofAnyTarget(message)), stopped.stderr)
    })
  }

  /**
   * @param {string} file
   * @param {string} config
   * @param {RegExp} external the line of the configuration that makes the package external
   * @param {(file: string) => ReturnType<typeof run>} build
   */
  function configured(file, config, external, build) {
    assert.match(config, external)
    return [config, config.replace(external, '')].map((text) => () => {
      project.write(file, text)
      return build(`./${file}`)
    })
  }

  /** @param {string} script @param {string[]} args */
  function runTool(script, args) {
    return run([join('node_modules', script), ...args])
  }

  /** @param {string[]} args */
  function run(args) {
    return spawnSync(process.execPath, args, { cwd: project.folder, timeout: MAX_MS, encoding: 'utf8' })
  }
})

/** @param {ReturnType<typeof spawnSync> & { stdout: string, stderr: string }} result */
function assertSucceeds(result) {
  assert.equal(result.status, 0, result.stdout + result.stderr)
  return result
}

/** Each platform lacks the packages of the others. @param {string} text */
function ofAnyTarget(text) {
  return text.replace(/\bredis-state-adapter-[a-z0-9-]+/g, 'redis-state-adapter-<target>')
}

/** The code blocks of a section of the page. @param {string} name */
function blocksOf(name) {
  const [, section = ''] = page.split(new RegExp(`^## ${name} .*$`, 'm'))
  return [...section.split(/^## /m)[0].matchAll(/^```\w+\n([\s\S]*?)^```$/gm)].map(([, text]) => text)
}
