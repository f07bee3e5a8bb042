-- Takes, prolongs or gives back a lock. Its entry stays when nobody holds it, so that the fencing number only grows.
-- KEYS: the entry. ARGV: `acquire`, `extend` or `release`, token, milliseconds to hold it.
-- Gives the fencing number, or that it is not to be had and for how many milliseconds more it is held.

local text = redis.pcall('GET', KEYS[1])
if type(text) == 'table' then return text end
local lock = { fence = 0, expires = 0 }
if text then
  local is_json, decoded = pcall(cjson.decode, text)
  if not is_json or type(decoded) ~= 'table' or type(decoded.fence) ~= 'number' or type(decoded.expires) ~= 'number' then
    return redis.error_reply('WRONGTYPE the entry is not a lock')
  end
  lock = decoded
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local is_held = lock.expires > now
local is_mine = is_held and lock.token == ARGV[2]
if ARGV[1] == 'acquire' and is_held or ARGV[1] ~= 'acquire' and not is_mine then
  return { false, is_held and lock.expires - now or 0 }
end

local fence = ARGV[1] == 'acquire' and lock.fence + 1 or lock.fence
local expires = ARGV[1] == 'release' and 0 or now + tonumber(ARGV[3])
local entry = string.format('{"token":"%s","fence":%.0f,"expires":%.0f}', ARGV[2], fence, expires)
local written = redis.pcall('SET', KEYS[1], entry)
return written.err and written or { fence, 0 }
