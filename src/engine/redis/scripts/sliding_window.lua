-- Counts calls within a window of time that ends now, by intervals of time.
-- KEYS: the counts. ARGV: the limit, the window in milliseconds, the cost of the call, the length of an interval.
-- The record is a list of two numbers for each interval with calls: its last millisecond, and the sum of their costs.
-- Returns whether the call is within the limit, how much of the limit is left, and the milliseconds until all of it is
-- available or, where the call is not allowed, until it would be.

local text = redis.pcall('GET', KEYS[1])
if type(text) == 'table' then return text end
local limit, window, cost, width = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local current = now - now % width + width - 1

local function is_count(number)
  return type(number) == 'number' and number >= 0 and number <= 9007199254740991 and number % 1 == 0
end

local counts = {}
if text then
  local is_json, decoded = pcall(cjson.decode, text)
  local is_list = is_json and type(decoded) == 'table' and #decoded > 0 and #decoded % 2 == 0
  for index = 1, is_list and #decoded or 0 do
    is_list = is_list and is_count(decoded[index]) and (index % 2 == 0 or index == 1 or decoded[index] > decoded[index - 2])
  end
  if not is_list then return redis.error_reply('WRONGTYPE the key holds no counts of a sliding window') end
  counts = decoded
end

local kept, used, is_ahead = {}, 0, false
local function add(last, count)
  used = used + count
  if kept[#kept - 1] == last then
    kept[#kept] = kept[#kept] + count
  else
    kept[#kept + 1], kept[#kept + 2] = last, count
  end
end
for index = 1, #counts, 2 do
  local last = counts[index]
  -- The clock was set back, or the interval was longer.
  if last > current then last, is_ahead = current, true end
  if last > now - window then add(last, counts[index + 1]) end
end

local is_allowed = used + cost <= limit
local left = 0
if is_allowed then
  add(current, cost)
  left = current + window - now
else
  local index, freed = 1, kept[2]
  while used - freed + cost > limit do
    index = index + 2
    freed = freed + kept[index + 1]
  end
  left = kept[index] + window - now
end
if is_allowed or is_ahead then
  local record = {}
  for index = 1, #kept do record[index] = string.format('%.0f', kept[index]) end
  local written = redis.pcall('SET', KEYS[1], '[' .. table.concat(record, ',') .. ']', 'PX',
    string.format('%.0f', kept[#kept - 1] + window - now))
  if written.err then return written end
end
return { is_allowed and 1 or 0, math.max(limit - used, 0), left }
