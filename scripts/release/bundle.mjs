// @ts-check
// `node scripts/release/bundle.mjs <folder>`: joins the files of `lib/` in the folder of a package into a few, because Node.js needs
// longer to find and read a small file than to compile it. docs/decisions.md has the figures.

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { build } from 'esbuild'

/** @typedef {import('esbuild').Plugin} Plugin */

// esbuild follows links.
const folder = realpathSync(process.argv[2])
const lib = join(folder, 'lib')

/** The adapters for other libraries, and the metrics that some share. Each folder has a file of its own. */
const ADAPTERS = foldersIn(join(lib, 'adapters'))

/**
 * The files that `lib/` is joined into; the first one that has a file of `lib/` is its own. The last one has what the import of the
 * package runs and what the entry points share, so that all have the same classes.
 */
const CHUNKS = [
  // Without the class, which the import needs, to load the rest when it is used.
  { name: 'stores.js', has: (/** @type {string} */ file) => /^stores\/(?!state-stores\.js$)/.test(file) },
  { name: 'cosmos.js', has: (/** @type {string} */ file) => /^(adapter|engines)\/cosmos/.test(file) },
  { name: 'cli.js', has: (/** @type {string} */ file) => /^(cli|names)\//.test(file) },
  { name: 'inspector.js', has: (/** @type {string} */ file) => file.startsWith('inspector/') },
  ...ADAPTERS.map((name) => ({
    name: `${name}.js`,
    has: (/** @type {string} */ file) => file.startsWith(`adapters/${name}/`),
  })),
  { name: 'redis-state-adapter.js', has: () => true },
]
/** The page of the inspector, whose files browsers load: they stay as they are. */
const PAGE = 'inspector/page/'
const BANNER = '// Made of the files of lib/ in the repository. A comment before each has its name.'

const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
const files = namesIn(lib)
const chunks = await Promise.all(CHUNKS.map(async ({ name }) => ({ name, text: await textOf(name) })))
removeAllBut(PAGE)
for (const { name, text } of chunks) writeFileSync(join(lib, name), text)
for (const at of [folder, join(folder, 'adapters'), join(folder, 'bin')].filter(existsSync)) {
  for (const name of readdirSync(at).filter((name) => /\.m?js$/.test(name))) joinEntry(join(at, name))
}

/** Has an entry point require the chunks. @param {string} entry */
function joinEntry(entry) {
  const text = readFileSync(entry, 'utf8').replace(
    /^import (\w+) from '(\.\.?\/lib\/)(.+?)'$/gm,
    (_, name, at, file) => `import ${name}_ from '${at}${chunkOf(file)}'\nconst ${name} = ${name}_['${file}']()`,
  )
  writeFileSync(
    entry,
    text.replace(/require\('(\.\.?\/lib\/)(.+?)'\)/g, (_, at, file) => requiring(file, at)),
  )
}

/** Empties `lib/` except for a folder. @param {string} path */
function removeAllBut(path) {
  const kept = join(folder, 'kept')
  renameSync(join(lib, path), kept)
  rmSync(lib, { recursive: true })
  mkdirSync(dirname(join(lib, path)), { recursive: true })
  renameSync(kept, join(lib, path))
}

/** The names of the folders in a folder, if it exists. @param {string} of */
function foldersIn(of) {
  if (!existsSync(of)) return []
  const entries = readdirSync(of, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

/** The paths of the files in a folder. @param {string} of */
function namesIn(of) {
  return readdirSync(of, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll(sep, '/'))
    .filter((file) => isScript(file) && !file.startsWith(PAGE))
}

/** @param {string} file */
function isScript(file) {
  return file.endsWith('.js')
}

/** The chunk that has a file of `lib/`. @param {string} file */
function chunkOf(file) {
  return CHUNKS.find(({ has }) => has(file))?.name ?? ''
}

/** The code that requires a file of `lib/` from its chunk. @param {string} file @param {string} at the folder of the chunk */
function requiring(file, at) {
  return `require('${at}${chunkOf(file)}')['${file}']()`
}

/**
 * Makes a chunk. It exports a function for each of its files, which runs the file when it is first called, as `require` does.
 *
 * @param {string} chunk
 * @returns {Promise<string>}
 */
async function textOf(chunk) {
  const own = files.filter((file) => chunkOf(file) === chunk)
  const contents = own.map((file) => `exports['${file}'] = () => require('./${file}')`).join('\n')
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: lib },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20.3',
    banner: { js: BANNER },
    external: [
      'redis-state-adapter-*',
      'yaml',
      '@langchain/*',
      'keyv',
      'unstorage',
      'chat',
      'express-session',
      'prom-client',
      '@opentelemetry/*',
    ],
    absWorkingDir: lib,
    plugins: [onlyThisVersion(), otherChunks(chunk)],
    logLevel: 'warning',
  })
  return withClassNames(outputFiles[0].text)
}

/**
 * Gives classes their names again, which users see in errors and in the console: one that names itself is `X = class _X` in a bundle.
 *
 * @param {string} text
 */
function withClassNames(text) {
  const names = [...text.matchAll(/^ *var (\w+) = class _\1\b/gm)].map(([, name]) => name)
  return names.reduce((done, name) => done.replace(new RegExp(`\\b_${name}\\b`, 'g'), name), text)
}

/** Has the version of the package in the chunk, so that no file is read for it. @returns {Plugin} */
function onlyThisVersion() {
  const contents = JSON.stringify({ version })
  return {
    name: 'version',
    setup: ({ onLoad }) => onLoad({ filter: /package\.json$/ }, () => ({ contents, loader: 'json' })),
  }
}

/** Requires the files of other chunks from there. @param {string} chunk @returns {Plugin} */
function otherChunks(chunk) {
  const namespace = 'of another chunk'
  return {
    name: 'other chunks',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^\./ }, ({ path, resolveDir, namespace: from }) => {
        if (from === namespace) return { path, external: true }
        const file = relative(lib, join(resolveDir, path)).replaceAll(sep, '/')
        return files.includes(file) && chunkOf(file) !== chunk ? { path: file, namespace } : undefined
      })
      onLoad({ filter: /./, namespace }, ({ path }) => ({ contents: `module.exports = ${requiring(path, './')}` }))
    },
  }
}
