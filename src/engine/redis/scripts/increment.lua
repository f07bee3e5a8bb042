-- Adds to a number, from 0 where there is none, and gives the sum.
-- KEYS: the entry. ARGV: what to add, milliseconds to live or 0 for one that is created, `ttl` or nothing.
-- With `ttl` gives the milliseconds to live (-1: no end) too.

local text = redis.pcall('GET', KEYS[1])
if type(text) == 'table' then return text end
local sum, problem = add(text, ARGV[1])
if problem then return problem end
problem = rewrite(text, sum, ARGV[2])
if problem then return problem end
if not ARGV[3] then return sum end
return { sum, redis.call('PTTL', KEYS[1]) }
