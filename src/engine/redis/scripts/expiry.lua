-- Gives an entry another expiry, or takes it its own; what is of another type is not touched.
-- KEYS: the entry. ARGV: seconds to live, or nothing.

local size = redis.pcall('STRLEN', KEYS[1])
if type(size) == 'table' then return size end
if ARGV[1] then return redis.pcall('EXPIRE', KEYS[1], ARGV[1]) end
return redis.pcall('PERSIST', KEYS[1])
