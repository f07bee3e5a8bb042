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
 */

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
  const of = (/** @type {'yes' | 'no' | 'unknown'} */ wantedAnswer) =>
    results.filter(({ answer }) => answer === wantedAnswer).map(({ permission }) => permission)
  const [denied, open] = [of('no'), of('unknown')]
  const findings =
    denied.length === 0 ? [ok('permissions', `the user may run the ${of('yes').length} commands that were tried`)] : []
  findings.push(...deniedFindings(subject, denied))
  if (open.length > 0) {
    const rules = open.map(({ rule }) => rule).join(' ')
    findings.push(
      unknown(
        'permissions',
        `cannot be tried: ${rules}`,
        'Grant +acl|dryrun and +acl|whoami (Redis 7) to have them checked.',
      ),
    )
  }
  return findings
}

/** @param {Subject} subject @param {Permission[]} denied @returns {Finding[]} */
function deniedFindings({ keyPrefix }, denied) {
  return denied.map(({ rule, methods, when }) => {
    const text = `the user may not run ${rule.slice(1).replace('|', ' ').toUpperCase()} on the keys of these entries: ${methods} will fail`
    const remedy = `ACL SETUSER <user> ${rule}, and ~${keyPrefix}* ~__state__:*${keyPrefix}* for the keys; docs/acl.md has the rules of all methods.`
    return (when === undefined ? warning : problem)('permissions', text, remedy)
  })
}

/**
 * @param {Subject} subject
 * @param {Permission} permission
 * @returns {Promise<'yes' | 'no' | 'unknown'>}
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
    if (isDry) return 'unknown'
    // Other refusals come after the check of permissions.
    return isDenied(error) ? 'no' : 'yes'
  }
  return 'yes'
}

module.exports = { checkPermissions }
