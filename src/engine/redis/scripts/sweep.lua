-- Removes members of an index whose entries do not exist. Fails silently on a server that accepts no writes.
-- KEYS: the index, entries. ARGV: the member of each entry.

local dead = {}
for i, member in ipairs(ARGV) do
  if redis.call('EXISTS', KEYS[i + 1]) == 0 then dead[#dead + 1] = member end
end
if #dead > 0 then redis.pcall('ZREM', KEYS[1], unpack(dead)) end
return #dead
