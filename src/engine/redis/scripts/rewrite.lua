-- Writes a text that keeps the expiry of the entry, or gets one where it is new; gives what went wrong, if anything did.

local function rewrite(old, new, ttl)
  local written
  if old then
    written = redis.pcall('SET', KEYS[1], new, 'KEEPTTL')
  elseif ttl == '0' then
    written = redis.pcall('SET', KEYS[1], new)
  else
    written = redis.pcall('SET', KEYS[1], new, 'PX', ttl)
  end
  if written.err then return written end
end
