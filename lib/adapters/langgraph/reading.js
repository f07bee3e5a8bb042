// @ts-check
'use strict'

const { runScript } = require('./scripts.js')
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
 * whether to read values and writes, then `names` and the names, or `newest`, the bounds and the count.
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

local names = {}
if ARGV[3] == 'newest' then
  names = redis.call('ZREVRANGEBYLEX', index, ARGV[4], ARGV[5], 'LIMIT', 0, ARGV[6])
else
  for at = 4, #ARGV do names[#names + 1] = ARGV[at] end
end
local records, entries, fields, seen = fetch(names), {}, {}, {}
for at, name in ipairs(names) do
  if records[at] then
    local writes, written = {}, {}
    if whole then
      local path = string.sub(name, 2)
      writes = redis.call('ZRANGEBYLEX', index, '[w' .. path .. '\\0', '(w' .. path .. '\\1')
      written = fetch(writes)
      local namespace = string.match(path, '^.([^%z]*)')
      for _, version in ipairs(versions(records[at])) do
        local field = 'v\\0' .. namespace .. '\\0' .. version
        if not seen[field] then
          seen[field] = true
          fields[#fields + 1] = field
        end
      end
    end
    entries[#entries + 1] = { name, records[at], writes, written }
  end
end
if ARGV[1] ~= '0' then
  redis.call('PEXPIRE', index, ARGV[1])
  redis.call('PEXPIRE', data, ARGV[1])
end
return { entries, fields, fetch(fields) }
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
  /** @type {[[Buffer, Buffer, Buffer[], Buffer[]][], Buffer[], (Buffer | null)[]] | undefined} */
  const reply = await runScript(state, SCRIPT, {
    keys: [keys.index, keys.data],
    args: [ttl, isWhole ? '1' : '0', ...which],
    encoding: 'bytes',
    // With an expiry, it writes.
    ...(ttl === 0 && { retry: 'read' }),
  })
  return reply === undefined ? readInSteps(state, wanted) : foundIn(reply)
}

/** @param {[[Buffer, Buffer, Buffer[], Buffer[]][], Buffer[], (Buffer | null)[]]} reply @returns {Found} */
function foundIn([entries, fields, values]) {
  return {
    entries: entries.map(([name, record, writes, written]) => ({
      name: String(name),
      record,
      writes: pairsOf(writes.map(String), written),
    })),
    values: new Map(pairsOf(fields.map(String), values)),
  }
}

/**
 * Joins names and what was read of them; what is missing is left out.
 *
 * @param {string[]} names
 * @param {(Buffer | null)[]} records
 * @returns {[string, Buffer][]}
 */
function pairsOf(names, records) {
  return names.flatMap((name, at) => {
    const record = records[at]
    return record ? [/** @type {[string, Buffer]} */ ([name, record])] : []
  })
}

module.exports = { read }
