-- Sets a value where the one that is there has an etag.
-- KEYS: the entry. ARGV: etag, JSON text, milliseconds to live or 0.

local text = redis.pcall('GET', KEYS[1])
if type(text) == 'table' then return text end
if not text or redis.sha1hex(text) ~= ARGV[1] then
  return redis.error_reply('CONFLICT the etag is not that of the entry')
end
if ARGV[3] == '0' then return redis.pcall('SET', KEYS[1], ARGV[2]) end
return redis.pcall('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
