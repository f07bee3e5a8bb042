-- Changes parts of a value and leaves the rest as it is, byte for byte. The text is cut and joined: to decode and encode it
-- would turn empty arrays into objects and round large numbers.
-- KEYS: the entry. ARGV: milliseconds to live or 0 for one that is created, etag or nothing, `pair`, `last` or `timed`; then for each
-- operation its name, how deep it goes, so many names as JSON strings, and a JSON text.
-- Gives the text before and after, or the last sum, alone or with the milliseconds to live (-1: no end).

local function run()
  local old = redis.pcall('GET', KEYS[1])
  if type(old) == 'table' then fail(old) end
  if ARGV[2] ~= '' and not (old and redis.sha1hex(old) == ARGV[2]) then
    fail('CONFLICT the etag is not that of the entry')
  end
  -- The first change makes an object of nothing, unless it removes.
  local text = old or ARGV[4] ~= 'remove' and ARGV[5] ~= '0' and #ARGV > 3 and '{}'
  local new = text and edit_small(text)
  if not new then new = make_rest()(old) end
  local problem
  if new and new ~= old then
    problem = rewrite(old, new, ARGV[1])
  elseif old and not new then
    local removed = redis.pcall('DEL', KEYS[1])
    problem = type(removed) == 'table' and removed
  end
  if problem then fail(problem) end
  if ARGV[3] == 'last' then return last_sum end
  if ARGV[3] == 'timed' then return { last_sum, redis.call('PTTL', KEYS[1]) } end
  return { old, new or false }
end

local is_done, result = pcall(run)
if is_done then return result end
return failure or redis.error_reply('ERR ' .. tostring(result))
