-- The milliseconds that an entry has to live (-1: no end; -2: there is none). PTTL alone takes any type.
-- KEYS: the entry.

local size = redis.pcall('STRLEN', KEYS[1])
if type(size) == 'table' then return size end
return redis.pcall('PTTL', KEYS[1])
