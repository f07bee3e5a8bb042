-- A value with its etag and the milliseconds that it has to live (-1: no end).
-- KEYS: the entry.

local text = redis.pcall('GET', KEYS[1])
if not text or type(text) == 'table' then return text end
return { text, '"' .. redis.sha1hex(text) .. '"', redis.call('PTTL', KEYS[1]) }
