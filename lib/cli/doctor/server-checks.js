// @ts-check
'use strict'

const { ok, problem, unknown, warning } = require('./finding.js')
const { isRefused } = require('./subject.js')

/**
 * @typedef {import('./finding.js').Finding} Finding
 * @typedef {import('./finding.js').Subject} Subject
 */

const OLDEST = [6, 2]
const MAX_CLIENTS_SHARE = 0.9

/** What the server is, and whether it is new enough. @param {Subject} subject @returns {Finding[]} */
function checkVersion({ info }) {
  const { valkey_version: valkey, redis_version: redis } = info
  if (valkey !== undefined) return [ok('version', `Valkey ${valkey}`)]
  if (redis === undefined)
    return [unknown('version', 'the version is unknown, as INFO is not permitted', 'Grant +info.')]
  if (isOlder(redis)) {
    const text = `Redis ${redis} is older than 6.2: delete, lists and indexes do not work`
    return [problem('version', text, 'Upgrade the server to Redis 6.2 or Valkey, or newer.')]
  }
  return [ok('version', `Redis ${redis}`)]
}

/** @param {string} version */
function isOlder(version) {
  const [major, minor] = version.split('.').map(Number)
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])
}

/** Whether it accepts writes. @param {Subject} subject @returns {Promise<Finding[]>} */
async function checkRole({ ask, info, isCluster }) {
  if (isCluster) return checkCluster(ask)
  const role = info.role ?? (await roleOf(ask))
  if (role === undefined)
    return [unknown('role', 'the role is unknown, as INFO and ROLE are not permitted', 'Grant +role.')]
  if (role === 'master') return [ok('role', 'primary')]
  const master = info.master_host === undefined ? '' : ` of ${info.master_host}:${info.master_port}`
  return [
    problem(
      'role',
      `this server is a replica${master}: writes are rejected with READONLY`,
      'Connect to the primary, or use the option sentinel, which follows it.',
    ),
  ]
}

/** @param {Subject['ask']} ask */
async function roleOf(ask) {
  try {
    const [role] = await ask(['ROLE'])
    return String(role)
  } catch (error) {
    if (isRefused(error)) return undefined
    throw error
  }
}

/** @param {Subject['ask']} ask @returns {Promise<Finding[]>} */
async function checkCluster(ask) {
  try {
    const text = String(await ask(['CLUSTER', 'INFO']))
    const assigned = /cluster_slots_ok:(\d+)/.exec(text)?.[1]
    if (text.includes('cluster_state:ok') && assigned === '16384')
      return [ok('role', 'node of a cluster, all slots are served')]
    const remedy = 'Look at CLUSTER NODES, and start the nodes that failed.'
    return [problem('role', `the cluster is not complete: ${assigned ?? 0} of 16384 slots are served`, remedy)]
  } catch (error) {
    if (isRefused(error)) return [unknown('role', 'node of a cluster; its state is unknown', 'Grant +cluster|info.')]
    throw error
  }
}

/** How the client logs in. @param {Subject} subject @returns {Promise<Finding[]>} */
async function checkLogin({ ask, server, isTls }) {
  const encryption =
    isTls || isLocal(server)
      ? ok('tls', isTls ? 'the connection is encrypted' : 'the connection does not leave this machine')
      : warning(
          'tls',
          'the connection is not encrypted: passwords and values can be read on the way',
          'Use rediss:// if the server has a TLS port.',
        )
  return [encryption, await userFinding(ask)]
}

/** @param {Subject['ask']} ask @returns {Promise<Finding>} */
async function userFinding(ask) {
  try {
    const user = String(await ask(['ACL', 'WHOAMI']))
    if (user !== 'default' || !(await needsNoPassword(ask))) return ok('login', `as the user ${user}`)
    const text = 'the server needs no password: every client that reaches its port can read and write all entries'
    return warning('login', text, 'Create a user as in docs/acl.md, or set requirepass.')
  } catch (error) {
    if (isRefused(error))
      return unknown('login', 'the name of the user is unknown', 'Grant +acl|whoami to see it here.')
    throw error
  }
}

/** @param {Subject['ask']} ask */
async function needsNoPassword(ask) {
  try {
    const user = await ask(['ACL', 'GETUSER', 'default'])
    return user[user.indexOf('flags') + 1].includes('nopass')
  } catch (error) {
    if (isRefused(error)) return false
    throw error
  }
}

/** @param {string} server */
function isLocal(server) {
  return /^(localhost|127\.|\[?::1\]?|unix:|\/)/.test(server)
}

/** Whether it accepts more connections. @param {Subject} subject @returns {Finding[]} */
function checkClients({ info }) {
  const [connected, max] = [Number(info.connected_clients), Number(info.maxclients)]
  if (!(max > 0)) return []
  if (connected <= max * MAX_CLIENTS_SHARE) return [ok('clients', `${connected} of at most ${max} connections`)]
  const text = `${connected} of at most ${max} connections are in use: new ones will be refused`
  return [problem('clients', text, 'Close adapters that are not used, or raise maxclients.')]
}

module.exports = { checkClients, checkLogin, checkRole, checkVersion }
