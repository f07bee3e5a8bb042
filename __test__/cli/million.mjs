// @ts-check
// `node __test__/cli/million.mjs [entries] [migrate]`: exports, imports and migrates a million entries, kills the commands again and again,
// continues them, and compares. With `migrate` only the import and the migration. Prints the time and the memory of each, which is bounded. It takes minutes, so `npm test` has the same with 20,000.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ended, startProgram } from '../support/cli.mjs'
import { startRedis } from '../support/redis.mjs'
import { until } from '../support/until.mjs'

const COUNT = Number(process.argv[2] ?? 1_000_000)
const KILLS = 3
const BLOCK = 1000
/** No command may have more memory, however many entries there are. `migrate` holds pages of both sides. */
const MAX_MIB = { export: 200, import: 200, migrate: 256 }

const folder = mkdtempSync(join(tmpdir(), 'million-'))
const [generated, first, second] = ['generated', 'first', 'second'].map((name) => join(folder, `${name}.ndjson`))
const servers = await Promise.all([startRedis(), startRedis()])

try {
  await generate()
  await repeat(['import', generated], servers[0].url, `${generated}.checkpoint`)
  if (process.argv[3] !== 'migrate') await exportAndImport()
  await migrate()
} finally {
  await Promise.all(servers.map((server) => server.stop()))
  rmSync(folder, { recursive: true })
}

async function exportAndImport() {
  await repeat(['export', '--out', first], servers[0].url, first)
  await repeat(['import', first], servers[1].url, `${first}.checkpoint`)
  await repeat(['export', '--out', second], servers[1].url, second)
  assert.equal(await hashOf(second), await hashOf(first))
  const client = await servers[1].client()
  assert.equal(await client.dbSize(), COUNT)
  console.log(`equal: ${COUNT} entries, ${statSync(first).size} bytes`)
}

/** To another database, whose entries are compared with the source by the command, and again by a second one. */
async function migrate() {
  const target = ['--to-url', servers[1].url, '--to-database', '1']
  const checkpoint = join(folder, 'migrate.checkpoint')
  await repeat(['migrate', ...target, '--checkpoint', checkpoint], servers[0].url, checkpoint)
  assert.ok(!existsSync(checkpoint) && !existsSync(`${checkpoint}.journal`))
  const { code, stdout } = await ended(startProgram(['migrate', ...target, '--verify-only', '--url', servers[0].url]))
  assert.deepEqual([code, stdout], [0, `${COUNT} compared\n`])
  const client = await servers[1].client({ database: 1 })
  assert.equal(await client.dbSize(), COUNT)
}

/** Traces of one entry, of a few, and of thousands; values of up to a kilobyte. */
async function generate() {
  const file = await open(generated, 'w')
  for (let start = 0; start < COUNT; start += BLOCK) {
    const lines = Array.from({ length: Math.min(BLOCK, COUNT - start) }, (_, index) => lineOf(start + index))
    await file.write(lines.join(''))
  }
  await file.close()
}

/** @param {number} index */
function lineOf(index) {
  const traceId = index % 3 === 0 ? `single-${index}` : `trace-${index % 100 === 1 ? 1 : index % 40_000}`
  return `${JSON.stringify({ traceId, key: `key-${index}`, value: { index, text: 'ž'.repeat(index % 250) }, ttl: -1 })}\n`
}

/**
 * Runs a command that is killed several times, and continued.
 *
 * @param {string[]} argv
 * @param {string} url
 * @param {string} watched the file whose change shows that the command is at work
 */
async function repeat(argv, url, watched) {
  const start = performance.now()
  let peak = 0
  for (let run = 0; run <= KILLS; run += 1) {
    const child = startProgram([...argv, ...(run > 0 ? ['--resume'] : []), '--url', url])
    const end = ended(child)
    const before = contentOf(watched)
    let isDone = false
    end.then(() => {
      isDone = true
    })
    // A few changes after it has continued.
    for (let change = 0, last = before; run < KILLS && change < 20 && !isDone; change += 1) {
      await until(() => isDone || contentOf(watched) !== last)
      last = contentOf(watched)
    }
    if (run < KILLS) child.kill('SIGKILL')
    while (!isDone) {
      peak = Math.max(peak, peakOf(child.pid))
      await Promise.race([end, new Promise((resolve) => setTimeout(resolve, 100))])
    }
    const { code, stderr } = await end
    if (run === KILLS) assert.equal(code, 0, stderr)
  }
  const mib = Math.round(peak / 1024)
  const command = /** @type {keyof typeof MAX_MIB} */ (argv[0])
  console.log(`${command}: ${Math.round((performance.now() - start) / 1000)} s, at most ${mib} MiB`)
  assert.ok(mib < MAX_MIB[command], `${command} had more than ${MAX_MIB[command]} MiB`)
}

/** @param {string} file */
function contentOf(file) {
  if (!existsSync(file)) return ''
  return file.endsWith('.checkpoint') ? readFileSync(file, 'utf8') : String(statSync(file).size)
}

/** The largest memory that a process had, in kilobytes. @param {number | undefined} pid */
function peakOf(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** @param {string} file */
async function hashOf(file) {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(file)) hash.update(piece)
  return hash.digest('hex')
}
