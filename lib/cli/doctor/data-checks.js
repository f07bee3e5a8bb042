// @ts-check
'use strict'

const { ok, problem, unknown, warning } = require('./finding.js')
const { settingOf } = require('./subject.js')

/**
 * @typedef {import('./finding.js').Finding} Finding
 * @typedef {import('./finding.js').Subject} Subject
 */

const FULL = 0.9
/** Flags that a watch needs; `A` is short for most of them. */
const FLAGS = 'Kg$xe'
const SHORT_FORM = 'g$lshzxetd'

/** Whether entries survive when memory is full. @param {Subject} subject @returns {Finding[]} */
function checkEviction({ info }) {
  const { maxmemory_policy: policy, maxmemory, used_memory: used } = info
  if (policy === undefined)
    return [unknown('eviction', 'maxmemory-policy is unknown, as INFO is not permitted', 'Grant +info.')]
  const remedy = 'CONFIG SET maxmemory-policy noeviction, or give caches a server of their own.'
  const [limit, bytes] = [Number(maxmemory), Number(used)]
  if (policy.startsWith('allkeys-')) {
    const when = limit === 0 ? 'Without maxmemory that does not happen yet' : `It happens at ${sizeOf(limit)}`
    const text = `maxmemory-policy is ${policy}: a server without free memory removes any entries, without a trace. ${when}`
    return [problem('eviction', text, remedy)]
  }
  if (policy !== 'noeviction') {
    const text = `maxmemory-policy is ${policy}: a server without free memory removes entries with a ttl, and locks, before they expire`
    return [warning('eviction', text, remedy)]
  }
  if (limit === 0 || bytes < limit * FULL) return [ok('eviction', 'noeviction: no entry is removed before it expires')]
  const text = `${sizeOf(bytes)} of ${sizeOf(limit)} are used: at the limit writes are rejected with OOM`
  return [warning('eviction', text, 'Raise maxmemory, or give entries a ttl.')]
}

/** @param {number} bytes */
function sizeOf(bytes) {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}

/** Whether entries survive a restart. @param {Subject} subject @returns {Promise<Finding[]>} */
async function checkPersistence(subject) {
  const { info } = subject
  if (info.aof_enabled === undefined)
    return [unknown('persistence', 'unknown, as INFO is not permitted', 'Grant +info.')]
  const failed = failedSave(info)
  if (failed !== undefined)
    return [problem('persistence', failed, 'Look at the log of the server, and at the free space of its disk.')]
  if (info.aof_enabled === '1') return [ok('persistence', 'append-only file: a restart loses at most the last second')]
  const save = await settingOf(subject, 'save')
  if (save === undefined)
    return [unknown('persistence', 'no append-only file; snapshots are unknown', 'Grant +config|get.')]
  if (save !== '')
    return [ok('persistence', `snapshots (save ${save}): a restart loses what was written since the last one`)]
  const remedy = 'CONFIG SET appendonly yes (and in its file), unless all entries may be lost.'
  return [warning('persistence', 'none: a restart of the server loses all entries', remedy)]
}

/** @param {Record<string, string>} info */
function failedSave(info) {
  if (info.aof_enabled === '1' && info.aof_last_write_status === 'err')
    return 'the last write of the append-only file failed'
  if (info.rdb_last_bgsave_status === 'err') return 'the last snapshot failed: writes may be rejected with MISCONF'
  return undefined
}

/** Whether `watch` works. @param {Subject} subject @returns {Promise<Finding[]>} */
async function checkNotifications(subject) {
  const flags = await settingOf(subject, 'notify-keyspace-events')
  if (flags === undefined) {
    return [unknown('notifications', 'unknown, as CONFIG GET is not permitted', 'Grant +config|get, if you use watch.')]
  }
  const set = flags.replace('A', SHORT_FORM)
  const missing = [...FLAGS].filter((flag) => !set.includes(flag))
  if (missing.length === 0) return [ok('notifications', `notify-keyspace-events ${flags}`)]
  const wanted = [...new Set(`${flags}${FLAGS}`)].join('')
  const text = `notify-keyspace-events is ${JSON.stringify(flags)}: watch needs ${FLAGS}, and is rejected`
  const remedy = `If you use watch: CONFIG SET notify-keyspace-events ${wanted} (and in its file), or watch with configure: true.`
  return [warning('notifications', text, remedy)]
}

module.exports = { checkEviction, checkNotifications, checkPersistence }
