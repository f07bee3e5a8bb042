-- Takes, extends or releases a lock. Its record outlives it by a grace: as long as there is one, fencing numbers exceed that of
-- the record, and always the clock.
-- KEYS: the record. ARGV: `acquire`, `extend` or `release`, token, milliseconds to hold the lock, milliseconds of grace, `wait`
-- where the caller waits for a release.
-- Returns the fencing token, or nothing and for how many milliseconds more another holder has the lock.

local text = redis.pcall('GET', KEYS[1])
if type(text) == 'table' then return text end
local lock = { token = '', fence = 0, expires = 0 }
if text then
  local is_json, decoded = pcall(cjson.decode, text)
  if not is_json or type(decoded) ~= 'table' or type(decoded.token) ~= 'string' or type(decoded.fence) ~= 'number'
    or type(decoded.expires) ~= 'number' then
    return redis.error_reply('WRONGTYPE the key holds no lock')
  end
  lock = decoded
end

local function write(...)
  local record = string.format('{"token":%s,"fence":%.0f,"expires":%.0f,"awaited":%s}', cjson.encode(lock.token),
    lock.fence, lock.expires, tostring(lock.awaited == true))
  return redis.pcall('SET', KEYS[1], record, ...)
end

local step, token = ARGV[1], ARGV[2]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local is_held = lock.expires > now
local is_mine = is_held and lock.token == token
if step == 'acquire' and is_held or step ~= 'acquire' and not is_mine then
  if step == 'acquire' and ARGV[5] == 'wait' and not lock.awaited then
    lock.awaited = true
    -- Where it is refused, the caller is not woken, and looks again by itself.
    write('KEEPTTL')
  end
  return { false, is_held and lock.expires - now or 0 }
end

local is_awaited = lock.awaited
if step == 'release' then
  -- Without the token, a holder that kept its lock object holds it no more.
  lock.token, lock.expires, lock.awaited = '', 0, false
else
  if step == 'acquire' then
    lock.token, lock.fence, lock.awaited = token, math.max(lock.fence + 1, time[1] * 1000000 + time[2]), false
  end
  lock.expires = now + ARGV[3]
end
local written = write('PX', math.max(lock.expires - now, 0) + ARGV[4])
if written.err then return written end
-- If that is not permitted, waiting calls poll.
if step == 'release' and is_awaited then redis.pcall('PUBLISH', KEYS[1], 'released') end
return { lock.fence, 0 }
