// @ts-check
'use strict'

const { unpack } = require('./record.js')
const { runScript } = require('../run-script.js')
const { readInSteps } = require('./steps.js')

/**
 * @typedef {import('../../../index.js').RedisStateAdapter} State
 *
 * @typedef {object} Wanted what is read of one thread
 * @property {{ index: string, data: string }} keys
 * @property {string[]} [names] these checkpoints
 * @property {{ max: string, min: string, count: number }} [newest] or so many of a range, the newest first
 * @property {boolean} isWhole with their values and their writes
 * @property {number} [ttl] in milliseconds: how long the thread lives from now on
 *
 * @typedef {object} Entry
 * @property {string} name of a checkpoint
 * @property {Buffer} record
 * @property {[name: string, record: Buffer][]} writes
 *
 * @typedef {object} Found
 * @property {Entry[]} entries
 * @property {Map<string, Buffer>} values the records of the values that the entries name, each once
 */

/**
 * Reads checkpoints with one round trip: which values belong to a checkpoint, its record says. KEYS: index, data. ARGV: the expiry or 0,
 * whether to read values and writes, then `names` and the names, or `newest`, the bounds and the count. Returns one record, as many
 * small replies take longer.
 */
const SCRIPT = `
local index, data = KEYS[1], KEYS[2]
local whole = ARGV[2] == '1'

local function fetch(fields)
  local all = {}
  for first = 1, #fields, 1000 do
    local part = redis.call('HMGET', data, unpack(fields, first, math.min(first + 999, #fields)))
    for at = 1, #part do all[first + at - 1] = part[at] end
  end
  return all
end

local function versions(record)
  local line = string.find(record, '\\n', 1, true)
  local at, number, names = line + 1, 0, {}
  for digits in string.gmatch(string.sub(record, 1, line), '%d+') do
    local length = tonumber(digits)
    number = number + 1
    if number > 5 then names[#names + 1] = string.sub(record, at, at + length - 1) end
    at = at + length
  end
  return names
end

local reply, lengths = {}, {}
local function add(part)
  reply[#reply + 1] = part
  lengths[#lengths + 1] = #part
end
local function addAll(names, records)
  local present = {}
  for at = 1, #names do
    if records[at] then present[#present + 1] = at end
  end
  add(tostring(#present))
  for _, at in ipairs(present) do
    add(names[at])
    add(records[at])
  end
end

local names = {}
if ARGV[3] == 'newest' then
  names = redis.call('ZREVRANGEBYLEX', index, ARGV[4], ARGV[5], 'LIMIT', 0, ARGV[6])
else
  for at = 4, #ARGV do names[#names + 1] = ARGV[at] end
end
local records = fetch(names)
addAll(names, records)
if whole then
  local fields, seen = {}, {}
  for at, name in ipairs(names) do
    if records[at] then
      local path = string.sub(name, 2)
      local writes = redis.call('ZRANGEBYLEX', index, '[w' .. path .. '\\0', '(w' .. path .. '\\1')
      addAll(writes, fetch(writes))
      local start = 'v' .. string.match(path, '^.[^%z]*') .. '\\0'
      for _, version in ipairs(versions(records[at])) do
        local field = start .. version
        if not seen[field] then
          seen[field] = true
          fields[#fields + 1] = field
        end
      end
    end
  end
  addAll(fields, fetch(fields))
end
if ARGV[1] ~= '0' then
  redis.call('PEXPIRE', index, ARGV[1])
  redis.call('PEXPIRE', data, ARGV[1])
end
return table.concat(lengths, ',') .. '\\n' .. table.concat(reply)
`

/**
 * Reads checkpoints.
 *
 * @param {State} state
 * @param {Wanted} wanted
 * @returns {Promise<Found>}
 */
async function read(state, wanted) {
  const { keys, names = [], newest, isWhole, ttl = 0 } = wanted
  const which = newest ? ['newest', newest.max, newest.min, newest.count] : ['names', ...names]
  /** @type {Buffer | undefined} */
  const reply = await runScript(state, SCRIPT, {
    keys: [keys.index, keys.data],
    args: [ttl, isWhole ? '1' : '0', ...which],
    encoding: 'bytes',
    // With an expiry, it writes.
    ...(ttl === 0 && { retry: 'read' }),
  })
  return reply === undefined ? readInSteps(state, wanted) : foundIn(unpack(reply), isWhole)
}

/**
 * @param {Buffer[]} parts of the reply: the checkpoints, the writes of each, the values; each list begins with its length
 * @param {boolean} isWhole
 * @returns {Found}
 */
function foundIn(parts, isWhole) {
  let at = 0
  const pairs = () => {
    const length = Number(parts[at])
    const first = at + 1
    at = first + 2 * length
    return Array.from({ length }, (_, pair) => {
      return /** @type {[string, Buffer]} */ ([String(parts[first + 2 * pair]), parts[first + 2 * pair + 1]])
    })
  }
  const checkpoints = pairs()
  const entries = checkpoints.map(([name, record]) => ({ name, record, writes: isWhole ? pairs() : [] }))
  return { entries, values: new Map(isWhole ? pairs() : []) }
}

module.exports = { read }
