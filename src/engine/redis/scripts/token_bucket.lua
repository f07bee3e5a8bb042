-- Takes tokens from a bucket that is refilled continuously.
-- KEYS: the bucket. ARGV: its size, the window in milliseconds, the cost of the call, the tokens that are refilled in a window.
-- The record is a list: the time of the last change, the tokens that were missing then, multiplied by the window, and the
-- window. Multiplied so, all numbers are integers.
-- Returns whether there were enough tokens, how many are left, and the milliseconds until the bucket is full or, where the
-- call is not allowed, until there are enough.

local text = redis.pcall('GET', KEYS[1])
if type(text) == 'table' then return text end
local limit, window, cost, refill = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local changed, missing, is_ahead = now, 0, false
if text then
  local is_json, decoded = pcall(cjson.decode, text)
  local is_bucket = is_json and type(decoded) == 'table' and #decoded == 3
  for index = 1, 3 do
    is_bucket = is_bucket and type(decoded[index]) == 'number' and decoded[index] >= 0 and decoded[index] < 1e300
  end
  if not is_bucket or decoded[3] == 0 then return redis.error_reply('WRONGTYPE the key holds no bucket') end
  changed, missing = decoded[1], decoded[2]
  if decoded[3] ~= window then missing = math.ceil(missing * window / decoded[3]) end
  -- The clock was set back.
  if changed > now then changed, is_ahead = now, true end
end

missing = math.max(missing - (now - changed) * refill, 0)
local wanted = missing + cost * window
local is_allowed = wanted <= limit * window
if is_allowed then missing = wanted end
local awaited = is_allowed and missing or wanted - limit * window
-- Larger numbers are no integers of the protocol.
local function milliseconds(amount)
  return math.min(math.ceil(amount / refill), 9007199254740991)
end
if is_allowed or is_ahead then
  local written = redis.pcall('SET', KEYS[1], string.format('[%.0f,%.0f,%.0f]', now, missing, window), 'PX',
    string.format('%.0f', math.max(milliseconds(missing), 1)))
  if written.err then return written end
end
return { is_allowed and 1 or 0, math.floor(math.max(limit * window - missing, 0) / window), milliseconds(awaited) }
