-- Keeps the index of a trace: a sorted set with the keys of its entries as members. Each entry that exists is a member, so SET adds
-- the member first. The script that follows calls `redis.pcall` as it would without an index.
-- KEYS: those of the script, then the indexes of its entries: `__state__:index:` and the keys of the entries up to the last `:`
-- before the member.

local RESERVED = '__state__:index:'

-- The index of an entry, and its member there; nothing for a key that no index has.
local function place_of(key)
  for at = #KEYS, 1, -1 do
    if string.sub(KEYS[at], 1, #RESERVED) ~= RESERVED then return nil end
    local start = string.sub(KEYS[at], #RESERVED + 1) .. ':'
    if string.sub(key, 1, #start) == start then return KEYS[at], string.sub(key, #start + 1) end
  end
end

local function failure_of(changed)
  if type(changed) ~= 'table' then return nil end
  if string.find(changed.err, '^%-?WRONGTYPE') then return redis.error_reply('BADINDEX the key of the index is of another type') end
  return changed
end

local redis = setmetatable({
  pcall = function(command, key, ...)
    local index, member
    if command == 'SET' or command == 'DEL' then index, member = place_of(key) end
    if not index then return redis.pcall(command, key, ...) end
    if command == 'SET' then
      return failure_of(redis.pcall('ZADD', index, 0, member)) or redis.pcall('SET', key, ...)
    end
    local removed = redis.pcall('ZREM', index, member)
    local failure = failure_of(removed)
    if failure then return failure end
    local deleted = redis.pcall('DEL', key)
    -- The entry that could not be removed stays a member.
    if type(deleted) == 'table' and removed == 1 then redis.pcall('ZADD', index, 0, member) end
    return deleted
  end,
}, { __index = redis })
