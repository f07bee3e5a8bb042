-- Removes a value where it has an etag, and gives it.
-- KEYS: the entry. ARGV: etag.

local text = redis.pcall('GET', KEYS[1])
if type(text) == 'table' then return text end
if not text or redis.sha1hex(text) ~= ARGV[1] then
  return redis.error_reply('CONFLICT the etag is not that of the entry')
end
local removed = redis.pcall('DEL', KEYS[1])
if type(removed) == 'table' then return removed end
return text
