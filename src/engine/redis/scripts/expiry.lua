-- Gives an entry another expiry, or takes it its own; what is of another type is not touched.
-- KEYS: the entry. ARGV: milliseconds to live, or nothing.
-- Whole seconds take EXPIRE, which is what users of older versions were permitted.

local size = redis.pcall('STRLEN', KEYS[1])
if type(size) == 'table' then return size end
local ttl = tonumber(ARGV[1])
if ttl and ttl % 1000 == 0 then return redis.pcall('EXPIRE', KEYS[1], string.format('%.0f', ttl / 1000)) end
if ttl then return redis.pcall('PEXPIRE', KEYS[1], ARGV[1]) end
return redis.pcall('PERSIST', KEYS[1])
