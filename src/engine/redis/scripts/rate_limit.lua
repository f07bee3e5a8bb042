-- Counts calls within a window of time, which begins with the first of them.
-- KEYS: the count. ARGV: the limit, the window in milliseconds, the cost of the call.
-- Returns whether the call is within the limit, how much of the limit is left, and how much of the window.

local count = redis.pcall('GET', KEYS[1])
if type(count) == 'table' then return count end
local limit, window, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local used = 0
if count then
  -- Beyond 2^53 - 1 a double is not the number that was read, and what is written would be another.
  used = string.find(count, '^%d+$') and tonumber(count)
  if not used or used > 9007199254740991 then return redis.error_reply('WRONGTYPE the key holds no count') end
end

local left = count and redis.call('PTTL', KEYS[1]) or window
-- Another client has removed the expiry: without one nothing would ever be allowed again.
local is_endless = left < 0
if is_endless then left = window end
local is_allowed = used + cost <= limit
if is_allowed then used = used + cost end
if is_allowed or is_endless then
  local written = redis.pcall('SET', KEYS[1], string.format('%.0f', used), 'PX', math.max(left, 1))
  if written.err then return written end
end
return { is_allowed and 1 or 0, math.max(limit - used, 0), left }
