-- Sets the marker of complete indexes if the database is empty, and returns whether it is there.
-- KEYS: the marker.

if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
if redis.call('DBSIZE') > 0 then return 0 end
local set = redis.pcall('SET', KEYS[1], 'ready')
return set.err and 0 or 1
