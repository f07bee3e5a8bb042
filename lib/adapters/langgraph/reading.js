// @ts-check
'use strict'

const { Parts } = require('./record.js')
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
local call, sub, find = redis.call, string.sub, string.find
local reply, lengths, count = {}, {}, 0
local function add(part)
  count = count + 1
  reply[count] = part
  lengths[count] = #part
end
local function fetch(fields)
  if #fields == 0 then return fields end
  if #fields <= 1000 then return call('HMGET', data, unpack(fields)) end
  local all = {}
  for first = 1, #fields, 1000 do
    local part = call('HMGET', data, unpack(fields, first, math.min(first + 999, #fields)))
    for at = 1, #part do all[first + at - 1] = part[at] end
  end
  return all
end
local function addAll(names, records)
  local header, present = count + 1, 0
  add('')
  for at = 1, #names do
    local record = records[at]
    if record then
      present = present + 1
      add(names[at])
      add(record)
    end
  end
  local text = tostring(present)
  reply[header] = text
  lengths[header] = #text
end

local names
if ARGV[3] == 'newest' then
  names = call('ZREVRANGEBYLEX', index, ARGV[4], ARGV[5], 'LIMIT', 0, ARGV[6])
else
  names = {}
  for at = 4, #ARGV do names[at - 3] = ARGV[at] end
end
local records = fetch(names)
addAll(names, records)
if ARGV[2] == '1' then
  local fields, seen, wanted = {}, {}, 0
  for at = 1, #names do
    local record = records[at]
    if record then
      local name = names[at]
      local path = 'w' .. sub(name, 2)
      local writes = call('ZRANGEBYLEX', index, '[' .. path .. '\\0', '(' .. path .. '\\1')
      addAll(writes, fetch(writes))
      local start = 'v' .. sub(name, 2, find(name, '\\0', 3, true))
      local line = find(record, '\\n', 1, true)
      local from, number = line + 1, 0
      for digits in string.gmatch(sub(record, 1, line), '%d+') do
        number = number + 1
        local after = from + tonumber(digits)
        if number > 5 then
          local field = start .. sub(record, from, after - 1)
          if not seen[field] then
            seen[field] = true
            wanted = wanted + 1
            fields[wanted] = field
          end
        end
        from = after
      end
    end
  end
  addAll(fields, fetch(fields))
end
if ARGV[1] ~= '0' then
  call('PEXPIRE', index, ARGV[1])
  call('PEXPIRE', data, ARGV[1])
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
  return reply === undefined ? readInSteps(state, wanted) : foundIn(new Parts(reply), isWhole)
}

/**
 * @param {Parts} parts of the reply: the checkpoints, the writes of each, the values; each list begins with its length
 * @param {boolean} isWhole
 * @returns {Found}
 */
function foundIn(parts, isWhole) {
  let at = 0
  const pairs = () => {
    /** @type {[string, Buffer][]} */
    const found = []
    const first = at + 1
    at = first + 2 * Number(parts.text(at))
    for (let next = first; next < at; next += 2) found.push([parts.text(next), parts.bytes(next + 1)])
    return found
  }
  const checkpoints = pairs()
  const entries = checkpoints.map(([name, record]) => ({ name, record, writes: isWhole ? pairs() : [] }))
  return { entries, values: new Map(isWhole ? pairs() : []) }
}

module.exports = { read }
