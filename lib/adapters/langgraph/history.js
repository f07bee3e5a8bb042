// @ts-check
'use strict'

const { nameOf } = require('./names.js')
const { runScript } = require('../run-script.js')

/**
 * @typedef {import('../../../index.js').RedisStateAdapter} State
 *
 * @typedef {object} Ancestor
 * @property {[name: string, record: Buffer][]} writes of the channels that are still looked for
 * @property {[channel: string, record: Buffer][]} seeds
 *
 * @typedef {object} Walk
 * @property {{ index: string, data: string }} keys
 * @property {string} namespace
 * @property {string} [id] of the checkpoint to start at; default: the newest
 * @property {string[]} channels
 */

/** Ancestors that one script visits, as the server does nothing else meanwhile. */
const AT_ONCE = 500

/**
 * Walks from a checkpoint to its ancestors, until each channel has been found with a value. KEYS: index, data. ARGV: namespace; `of` and
 * an id, `latest`, or `at` and the id of the first ancestor; how many; then each channel, as in names and as in records.
 */
const SCRIPT = `
local index, data, namespace = KEYS[1], KEYS[2], ARGV[1]
local inNames, inRecords = {}, {}
for at = 5, #ARGV, 2 do
  inNames[ARGV[at]] = ARGV[at + 1]
  inRecords[ARGV[at + 1]] = true
end

local function parts(record)
  local line = string.find(record, '\\n', 1, true)
  local at, found = line + 1, {}
  for digits in string.gmatch(string.sub(record, 1, line), '%d+') do
    found[#found + 1] = string.sub(record, at, at + tonumber(digits) - 1)
    at = at + tonumber(digits)
  end
  return found
end

local function path(id)
  local escaped = string.gsub(id, '[%z\\1]', { ['\\0'] = '\\1\\2', ['\\1'] = '\\1\\3' })
  return '\\0' .. namespace .. '\\0' .. escaped
end

local function writesAt(place)
  local names, records = {}, {}
  for _, name in ipairs(redis.call('ZRANGEBYLEX', index, '[w' .. place .. '\\0', '(w' .. place .. '\\1')) do
    local record = redis.call('HGET', data, name)
    if record and inRecords[parts(record)[1]] then
      names[#names + 1] = name
      records[#records + 1] = record
    end
  end
  return names, records
end

local function seedsOf(versions)
  local channels, records = {}, {}
  for at = 6, #versions do
    local channel = string.match(versions[at], '^(.*)%z')
    local record = inNames[channel] and redis.call('HGET', data, 'v\\0' .. namespace .. '\\0' .. versions[at])
    if record then
      channels[#channels + 1] = inNames[channel]
      records[#records + 1] = record
      inRecords[inNames[channel]] = nil
      inNames[channel] = nil
    end
  end
  return channels, records
end

local parent = ARGV[3]
if ARGV[2] ~= 'at' then
  local start = 'c' .. path(parent)
  if ARGV[2] == 'latest' then
    local bounds = { '(c\\0' .. namespace .. '\\1', '[c\\0' .. namespace .. '\\0' }
    start = redis.call('ZREVRANGEBYLEX', index, bounds[1], bounds[2], 'LIMIT', 0, 1)[1]
  end
  local record = start and redis.call('HGET', data, start)
  parent = record and parts(record)[1] or ''
end
local ancestors = {}
while parent ~= '' and #ancestors < tonumber(ARGV[4]) do
  local place = path(parent)
  local record = redis.call('HGET', data, 'c' .. place)
  if record then
    local names, records = writesAt(place)
    local versions = parts(record)
    local channels, seeds = seedsOf(versions)
    ancestors[#ancestors + 1] = { names, records, channels, seeds }
    parent = versions[1]
  end
  if not record or not next(inNames) then parent = '' end
end
return { ancestors, parent }
`

/**
 * @param {State} state
 * @param {Walk} walk
 * @returns {Promise<Ancestor[] | undefined>} the nearest first; undefined in a store that has no scripts
 */
async function ancestorsOf(state, { keys, namespace, id, channels }) {
  /** @type {Ancestor[]} */
  const ancestors = []
  const left = new Set(channels)
  /** Where each page has begun: a chain that leads back to itself ends. */
  const begun = new Set()
  let [from, at] = id === undefined ? ['latest', ''] : ['of', id]
  while (!begun.has(at) || from !== 'at') {
    if (from === 'at') begun.add(at)
    const names = [...left].flatMap((channel) => [nameOf(channel), channel])
    /** @type {[[Buffer[], Buffer[], Buffer[], Buffer[]][], Buffer] | undefined} */
    const reply = await runScript(state, SCRIPT, {
      keys: [keys.index, keys.data],
      args: [nameOf(namespace), from, at, AT_ONCE, ...names],
      encoding: 'bytes',
      retry: 'read',
    })
    if (reply === undefined) return undefined
    const page = reply[0].map(ancestorOf)
    ancestors.push(...page)
    for (const [channel] of page.flatMap(({ seeds }) => seeds)) left.delete(channel)
    from = 'at'
    at = String(reply[1])
    if (at === '') break
  }
  return ancestors
}

/** @param {[names: Buffer[], records: Buffer[], channels: Buffer[], seeds: Buffer[]]} reply @returns {Ancestor} */
function ancestorOf([names, records, channels, seeds]) {
  const pairs = (/** @type {Buffer[]} */ keys, /** @type {Buffer[]} */ values) =>
    keys.map((key, at) => /** @type {[string, Buffer]} */ ([String(key), values[at]]))
  return { writes: pairs(names, records), seeds: pairs(channels, seeds) }
}

module.exports = { ancestorsOf }
