-- Writes several entries, or none where one of the conditions does not hold.
-- KEYS: the entries and locks. ARGV: for each operation `set`, `delete`, `check` or `holds`, the number of its key, a JSON
-- text, milliseconds to live or 0, and a condition: nothing, `absent`, `match:<etag>` or, of a lock, `fence:<n>:<token>`.
-- Gives the number of the first operation whose condition does not hold, from 1; 0 where all was done, -1 where nothing of it
-- was a change; number and error of one that the server refused when others were done.

local WIDTH = 5

-- After a release the record has no token. Where a server lost the record, the token tells holders apart that the number does not.
local function is_last_holder(text, fence, token)
  local is_json, lock = pcall(cjson.decode, text)
  return is_json and type(lock) == 'table' and lock.fence == tonumber(fence) and lock.token == token
end

local function holds(key, condition)
  local text = redis.pcall('GET', key)
  if type(text) == 'table' then return nil, text end
  if condition == 'absent' then return not text end
  local fence, token = string.match(condition, '^fence:(%d+):(.*)$')
  if fence then return text and is_last_holder(text, fence, token) end
  return text and 'match:' .. redis.sha1hex(text) == condition
end

for at = 1, #ARGV, WIDTH do
  local key, condition = KEYS[tonumber(ARGV[at + 1])], ARGV[at + 4]
  if condition == '' then
    -- Of another type it is not to be touched.
    local size = redis.pcall('STRLEN', key)
    if type(size) == 'table' then return size end
  else
    local is_held, problem = holds(key, condition)
    if problem then return problem end
    if not is_held then return (at - 1) / WIDTH + 1 end
  end
end

local is_begun, has_changed = false, false
for at = 1, #ARGV, WIDTH do
  local key, written = KEYS[tonumber(ARGV[at + 1])]
  if ARGV[at] == 'delete' then
    written = redis.pcall('DEL', key)
  elseif ARGV[at] == 'set' and ARGV[at + 3] == '0' then
    written = redis.pcall('SET', key, ARGV[at + 2])
  elseif ARGV[at] == 'set' then
    written = redis.pcall('SET', key, ARGV[at + 2], 'PX', ARGV[at + 3])
  end
  if type(written) == 'table' and written.err then
    -- An error reply would say that nothing was written.
    return is_begun and { (at - 1) / WIDTH + 1, cjson.encode((string.gsub(written.err, '^@user_script: %d+: ', 'ERR '))) } or written
  end
  is_begun = is_begun or written ~= nil
  has_changed = has_changed or written ~= nil and written ~= 0
end
return has_changed and 0 or -1
