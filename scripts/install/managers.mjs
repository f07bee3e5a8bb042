// @ts-check
// How each package manager installs a package by name.

import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cachedInstall } from '../cached-install.mjs'
import { RUNTIMES } from '../runtimes/programs.mjs'

export const PACKAGE = 'redis-state-adapter'
const VERSIONS = { pnpm: '12.21.0', yarn: '1.22.22', '@yarnpkg/cli-dist': '4.18.1' }

/**
 * @typedef {import('./registry.mjs').Registry} Registry
 *
 * @typedef {object} Project
 * @property {string} folder
 * @property {NodeJS.ProcessEnv} env
 * @property {string[]} [node] the command that runs a program, in place of `node`
 *
 * @typedef {object} Manager
 * @property {string} name
 * @property {() => string | undefined} [skip] returns why it cannot run here
 * @property {string} [target] of the Node.js that it installs for; default: that of this one
 * @property {boolean} [ignoresLibc] it installs the packages for both C libraries
 * @property {boolean} [hasModules] whether there is a folder node_modules to look into
 * @property {(folder: string, registry: Registry) => Project} install makes a project with the package
 */

/** The binary itself: what the main package has is a link that its install script makes. */
const pnpm = () => {
  const scope = join(cachedInstall('manager-pnpm', { pnpm: VERSIONS.pnpm }), 'node_modules/@pnpm')
  return join(scope, readdirSync(scope)[0], process.platform === 'win32' ? 'pnpm.exe' : 'pnpm')
}
const berry = () => cli('@yarnpkg/cli-dist', 'bin/yarn.js')

/** @type {Manager[]} */
export const MANAGERS = [
  {
    name: 'npm',
    install(folder, registry) {
      const project = emptyProject(folder, registry)
      run(['npm', 'install', PACKAGE], project)
      // With the lock file that this made.
      run(['npm', 'ci'], project)
      return project
    },
  },
  {
    name: 'pnpm',
    install(folder, registry) {
      const project = emptyProject(folder, registry)
      run([pnpm(), 'add', PACKAGE], project)
      return project
    },
  },
  {
    name: 'yarn-classic',
    ignoresLibc: true,
    install(folder, registry) {
      const project = emptyProject(folder, registry)
      run([...cli('yarn', 'bin/yarn.js'), 'add', PACKAGE, '--registry', registry.url], project)
      return project
    },
  },
  {
    name: 'yarn-berry-pnp',
    hasModules: false,
    install(folder, registry) {
      const project = emptyProject(folder, registry)
      const settings = {
        npmRegistryServer: registry.url,
        unsafeHttpWhitelist: ['127.0.0.1'],
        nodeLinker: 'pnp',
        enableGlobalCache: false,
        enableTelemetry: false,
        pnpEnableEsmLoader: true,
        // It waits for a day before it installs a new version.
        npmMinimalAgeGate: 0,
      }
      writeFileSync(join(folder, '.yarnrc.yml'), JSON.stringify(settings))
      writeFileSync(join(folder, 'yarn.lock'), '')
      run([...berry(), 'add', PACKAGE], project)
      return { ...project, node: [...berry(), 'node'] }
    },
  },
  {
    name: 'bun',
    install(folder, registry) {
      const project = emptyProject(folder, registry)
      writeFileSync(join(folder, 'bunfig.toml'), `[install]\nregistry = "${registry.url}"\n`)
      const bun = RUNTIMES.find(({ name }) => name === 'bun')?.find() ?? 'bun'
      run([bun, 'add', PACKAGE], project)
      return project
    },
  },
]

/** @param {string} folder @param {Registry} registry @returns {Project} */
function emptyProject(folder, registry) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'user', version: '1.0.0', private: true }))
  writeFileSync(join(folder, '.npmrc'), `registry=${registry.url}/\naudit=false\nfund=false\n`)
  const home = join(folder, 'home')
  mkdirSync(home)
  // Caches of its own: a version that an earlier run published is another one.
  const env = {
    ...process.env,
    HOME: home,
    npm_config_cache: join(home, 'npm'),
    XDG_CACHE_HOME: home,
    NODE_OPTIONS: '',
  }
  return { folder, env: { ...env, XDG_DATA_HOME: home, YARN_CACHE_FOLDER: join(home, 'yarn'), CI: '1' } }
}

/** @param {keyof typeof VERSIONS} name @param {string} file @returns {string[]} the command of a package manager */
function cli(name, file) {
  const folder = cachedInstall(`manager-${name.replace(/\W/g, '')}`, { [name]: VERSIONS[name] })
  return [process.execPath, join(folder, 'node_modules', name, file)]
}

/** @param {string[]} command @param {Project} project @returns {string} its output */
export function run([program, ...args], { folder, env }) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: folder, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${[program, ...args].join(' ')}: ${error ?? ''}\n${stdout}${stderr}`)
  return stdout
}
