// @ts-check
// Runs histories with a faulty native core until a violation is found, for at most a minute.

import { readFileSync } from 'node:fs'
import { ensureServer } from '../../../scripts/redis-server.mjs'
import { TOPOLOGIES } from '../nemesis/topologies.mjs'
import { describeReport } from '../report.mjs'
import { runHistory } from '../run.mjs'

const seconds = 60
/** How often the actions that a patch names are drawn, where others are drawn once. */
const WEIGHT = 8

const patch = readFileSync(process.argv[2], 'utf8')
const topology = /^Topology: (\S+)$/m.exec(patch)?.[1]
const named = /^Actions: (.+)$/m.exec(patch)?.[1].split(', ') ?? []
if (topology === undefined || !Object.hasOwn(TOPOLOGIES, topology))
  throw new Error('the patch has no line "Topology: …"')

process.env.REDIS_SERVER = ensureServer()
const began = performance.now()
const seed = Math.floor(Math.random() * 2 ** 32)
// Time at the begin of the last round, because processes with a fault may take long to end.
let time = 0
const onRound = () => {
  time = Math.round((performance.now() - began) / 1000)
}
const start = () => TOPOLOGIES[topology]().then(weighted)
const report = await runHistory({ start, seed, seconds, untilViolation: true, onRound })
const { violations, faults } = report
const isFound = violations.length + faults.length > 0
const what = [...violations.map(({ entry, what }) => `${entry}: ${what}`), ...faults][0]
console.log(isFound ? `found after ${time} s: ${what}` : describeReport(report))
process.exitCode = isFound ? 0 : 1

/** @param {import('../run.mjs').Topology} topology @returns {import('../run.mjs').Topology} */
function weighted(topology) {
  const { actions } = topology
  for (const name of named) {
    if (!actions.some((action) => action.name === name)) throw new Error(`there is no action "${name}"`)
  }
  const isNamed = (/** @type {{ name: string }} */ { name }) => named.includes(name)
  return { ...topology, actions: actions.flatMap((action) => Array(isNamed(action) ? WEIGHT : 1).fill(action)) }
}
