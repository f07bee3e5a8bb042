// @ts-check
'use strict'

const { RedisStateError } = require('../../errors.js')
const { wallNow } = require('../../time.js')
const { adapterOptions, hasIndexes, openState } = require('../connection.js')
const { checkEviction, checkNotifications, checkPersistence } = require('../doctor/data-checks.js')
const { ok, unknown } = require('../doctor/finding.js')
const { checkIndexes } = require('../doctor/index-checks.js')
const { checkPermissions } = require('../doctor/permission-checks.js')
const { checkClients, checkLogin, checkRole, checkVersion } = require('../doctor/server-checks.js')
const { subjectOf } = require('../doctor/subject.js')
const { checkClock, checkLatency } = require('../doctor/time-checks.js')
const { explainUnreachable, usesTls } = require('../doctor/unreachable.js')
const { EXIT } = require('../exit-codes.js')
const { Progress } = require('../progress.js')

/**
 * @typedef {import('../command.js').Context} Context
 * @typedef {import('../doctor/finding.js').Finding} Finding
 */

/** A server that is silent for longer is a finding. */
const TIMEOUT_MS = 5000

/** @type {Record<Finding['level'], import('../terminal.js').Style>} */
const STYLES = { ok: 'green', warning: 'yellow', problem: 'red', unknown: 'dim' }

/** @type {import('../command.js').Command} */
const doctor = {
  operands: [],
  options: { strict: { does: 'Exits with 1 for warnings, too' } },
  opensItself: true,
  notes: [
    'Changes nothing. Commands that the user may not run appear in ACL LOG of the server.',
    'Exits with 1 if there are problems. In a cluster, one node is examined.',
  ],
  examples: ['doctor', 'doctor --url rediss://redis.example.com --strict', 'doctor --options redis.json --json'],
  async run(context) {
    const { options, output } = context
    const findings = await examine(context)
    const count = (/** @type {Finding['level']} */ level) =>
      findings.filter((finding) => finding.level === level).length
    const [problems, warnings] = [count('problem'), count('warning')]
    await output.result({ problems, warnings, findings }, () => [
      ...findings.flatMap((finding) => linesOf(finding, output)),
      '',
      `${problems} problems, ${warnings} warnings`,
    ])
    return problems > 0 || (options.strict && warnings > 0) ? EXIT.failed : EXIT.ok
  },
}

/** @param {Context} context @returns {Promise<Finding[]>} */
async function examine(context) {
  const { io, signal } = context
  const options = { timeout: TIMEOUT_MS, ...context.options }
  let opened
  try {
    opened = await openState(options, io.env, { signal })
  } catch (error) {
    if (!(error instanceof RedisStateError) || error.code === 'ERR_ABORTED') throw error
    return explainUnreachable(error, options, io.env)
  }
  try {
    return await examineOpened(opened.state, { ...context, options })
  } finally {
    await opened.close()
  }
}

/** @param {Context['state']} state @param {Context} context @returns {Promise<Finding[]>} */
async function examineOpened(state, { options, io, signal }) {
  const connection = options.config === undefined ? await adapterOptions(options, io.env) : {}
  const isCluster = connection.cluster !== undefined
  const clock = io.clock ?? wallNow
  const subject = await subjectOf(state, { isCluster, isTls: usesTls(connection), clock, signal })
  if (subject === undefined)
    return [ok('server', 'the store is in the memory of a process: there is no server to examine')]
  const index = options.index === true || (await hasIndexes(state))
  /** @type {[check: string, examine: () => Finding[] | Promise<Finding[]>][]} */
  const checks = [
    ['version', () => checkVersion(subject)],
    ['role', () => checkRole(subject)],
    ['login', () => checkLogin(subject)],
    ['permissions', () => checkPermissions(subject, { index })],
    ['eviction', () => checkEviction(subject)],
    ['persistence', () => checkPersistence(subject)],
    ['notifications', () => checkNotifications(subject)],
    ['clients', () => checkClients(subject)],
    ['latency', () => checkLatency(subject)],
    ['clock', () => checkClock(subject)],
  ]
  if (index) checks.push(['index', () => examineIndexes(options, io.env, signal)])
  const findings = [ok('server', subject.server)]
  const progress = new Progress(io, { title: 'doctor', hasRate: false })
  try {
    for (const [index, [check, examine]] of checks.entries()) {
      progress.update(index, index / checks.length)
      findings.push(...(await completed(check, examine)))
    }
  } finally {
    progress.end()
  }
  return findings
}

/**
 * A check that fails does not stop the others.
 *
 * @param {string} check
 * @param {() => Finding[] | Promise<Finding[]>} examine
 * @returns {Promise<Finding[]>}
 */
async function completed(check, examine) {
  try {
    return await examine()
  } catch (error) {
    if (!(error instanceof RedisStateError) || error.code === 'ERR_ABORTED') throw error
    return [unknown(check, error.message)]
  }
}

/** @param {Context['options']} options @param {Context['io']['env']} env @param {AbortSignal} signal */
async function examineIndexes(options, env, signal) {
  const { state, close } = await openState(options, env, { index: true, signal })
  try {
    return await checkIndexes(state, signal)
  } finally {
    await close()
  }
}

/** @param {Finding} finding @param {Context['output']} output */
function linesOf({ check, level, text, remedy }, output) {
  const line = `${output.style(level.padEnd(8), STYLES[level])} ${check.padEnd(13)} ${text}`
  return remedy === undefined ? [line] : [line, `${' '.repeat(23)}-> ${remedy}`]
}

module.exports = doctor
