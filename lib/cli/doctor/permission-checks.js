// @ts-check
'use strict'

const { randomUUID } = require('node:crypto')
const { RedisStateError } = require('../../errors.js')
const { ok, problem, unknown, warning } = require('./finding.js')
const { PERMISSIONS } = require('./permissions.js')
const { isDenied } = require('./subject.js')

/**
 * @typedef {import('./finding.js').Finding} Finding
 * @typedef {import('./finding.js').Subject} Subject
 * @typedef {import('./permissions.js').Permission} Permission
 * @typedef {'yes' | 'no' | 'missing' | 'unknown'} Answer `missing`: the server has no such command
 */

const DRY_RUNS = 'Grant +acl|dryrun and +acl|whoami (Redis 7) to have them checked.'
const ANSWERS =
  'The server did not answer in time, or refused the login: examine it again, or allow more time with --timeout.'
/** What ACL DRYRUN replies. */
const NOT_FOUND = /ERR Command '.*' not found/

/**
 * Whether the user may run the commands of every method.
 *
 * @param {Subject} subject
 * @param {{ index: boolean }} used
 * @returns {Promise<Finding[]>}
 */
async function checkPermissions(subject, { index }) {
  // A replica has writes sent again until they time out.
  if (subject.info.role === 'slave')
    return [unknown('permissions', 'not tried on a replica', 'Examine the primary, too.')]
  const isNeeded = (/** @type {Permission} */ { when }) =>
    (when !== 'index' || index) && (when !== 'cluster' || subject.isCluster)
  const wanted = PERMISSIONS.filter(isNeeded)
  const results = await Promise.all(
    wanted.map(async (permission) => ({ permission, answer: await isPermitted(subject, permission) })),
  )
  const of = (/** @type {Answer} */ wantedAnswer) =>
    results.filter(({ answer }) => answer === wantedAnswer).map(({ permission }) => permission)
  const [denied, open] = [of('no'), of('unknown')]
  const missing = of('missing').filter(({ mayBeMissing }) => !mayBeMissing)
  const findings =
    denied.length + missing.length === 0
      ? [ok('permissions', `the user may run the ${of('yes').length} commands that were tried`)]
      : []
  findings.push(...deniedFindings(subject, denied), ...missing.map(missingFinding))
  if (open.length > 0) {
    const rules = open.map(({ rule }) => rule).join(' ')
    findings.push(
      unknown('permissions', `cannot be tried: ${rules}`, open.some(({ isDry }) => !isDry) ? ANSWERS : DRY_RUNS),
    )
  }
  return findings
}

/** @param {Subject} subject @param {Permission[]} denied @returns {Finding[]} */
function deniedFindings({ keyPrefix }, denied) {
  return denied.map(({ rule, methods, when }) => {
    const text = `the user may not run ${commandOf(rule)} on the keys of these entries: ${methods} will fail`
    const remedy = `ACL SETUSER <user> ${rule}, and ~${keyPrefix}* ~__state__:*${keyPrefix}* for the keys; docs/acl.md has the rules of all methods.`
    return (when === undefined ? warning : problem)('permissions', text, remedy)
  })
}

/** @param {Permission} permission @returns {Finding} */
function missingFinding({ rule, methods, when }) {
  const text = `the server has no command ${commandOf(rule)}, or it is disabled or renamed: ${methods} will fail`
  const remedy = 'Enable the command at the server, or at its provider, or do not use these methods.'
  return (when === undefined ? warning : problem)('permissions', text, remedy)
}

/** @param {string} rule */
function commandOf(rule) {
  return rule.slice(1).replace('|', ' ').toUpperCase()
}

/**
 * @param {Subject} subject
 * @param {Permission} permission
 * @returns {Promise<Answer>}
 */
async function isPermitted({ ask, keyPrefix }, { command, isDry }) {
  const key = `${keyPrefix}__doctor__:${randomUUID()}`
  const names = { key, lock: `__state__:lock:{${key}}`, changes: `__keyspace@0__:${keyPrefix}*` }
  try {
    if (!isDry) await ask(command(names))
    else
      return (await ask(['ACL', 'DRYRUN', String(await ask(['ACL', 'WHOAMI'])), ...command(names)])) === 'OK'
        ? 'yes'
        : 'no'
  } catch (error) {
    if (!(error instanceof RedisStateError) || error.code === 'ERR_CONNECTION' || error.code === 'ERR_ABORTED')
      throw error
    if (isDry) return NOT_FOUND.test(error.message) ? 'missing' : 'unknown'
    return answerIn(error)
  }
  return 'yes'
}

/** @param {import('../../../index.js').RedisStateError} error @returns {Answer} */
function answerIn(error) {
  if (isDenied(error)) return 'no'
  // A timeout, or a limit of this process, says nothing.
  if (error.reply === undefined || error.code === 'ERR_AUTH') return 'unknown'
  // Other refusals come after the check of permissions.
  return error.code === 'ERR_UNSUPPORTED' ? 'missing' : 'yes'
}

module.exports = { checkPermissions }
