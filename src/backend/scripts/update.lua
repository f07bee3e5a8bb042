-- Changes parts of a value and leaves the rest as it is, byte for byte. The text is cut and joined: to decode and encode it
-- would turn empty arrays into objects and round large numbers.
-- KEYS: the entry. ARGV: seconds to live or 0 for one that is created, etag or nothing, `pair` or `last`; then for each
-- operation its name, how deep it goes, so many names as JSON strings, and a JSON text.
-- Gives the text before and after, or what the last operation has made.

local find, sub, byte = string.find, string.sub, string.byte
local QUOTE, COMMA, BRACKET, END_BRACKET, BRACE = 34, 44, 91, 93, 123

-- Kept here, as the servers differ in what they make of it on its way.
local failure

local function fail(reply)
  failure = type(reply) == 'string' and redis.error_reply(reply) or reply
  error('failed', 0)
end

-- What is behind the string that begins there.
local function after_string(text, at)
  while true do
    at = find(text, '["\\]', at + 1)
    if byte(text, at) == QUOTE then return at + 1 end
    at = at + 1
  end
end

local function after_value(text, at)
  local first = byte(text, at)
  if first == QUOTE then return after_string(text, at) end
  if first ~= BRACE and first ~= BRACKET then return find(text, '[%s,%]}]', at) or #text + 1 end
  local depth = 0
  repeat
    at = find(text, '["%[%]{}]', at)
    local mark = byte(text, at)
    if mark == QUOTE then
      at = after_string(text, at)
    else
      depth = depth + ((mark == BRACE or mark == BRACKET) and 1 or -1)
      at = at + 1
    end
  until depth == 0
  return at
end

-- A name as it counts: others may have escaped it in another way.
local function plain(name)
  if not find(name, '\\', 1, true) then return name end
  local is_plain, decoded = pcall(cjson.decode, '[' .. name .. ']')
  return is_plain and '"' .. decoded[1] .. '"' or name
end

local function is_same(name, other)
  return name == other or plain(name) == plain(other)
end

-- Halves of surrogate pairs, which JavaScript writes, are too much for the decoder: any other escape stands for them.
local function is_json(text)
  return (pcall(cjson.decode, (string.gsub(text, '\\u[dD][89a-fA-F]%x%x', '\\n'))))
end

-- The member of that name, or the element of that number, which may be a name of digits: of several the last, as it counts
-- in JavaScript. Also how many there are in all, and where they end.
local function locate(text, name)
  local is_object = byte(text) == BRACE
  local index = not is_object and tonumber(string.match(name, '^"(%d+)"$'))
  if index and name ~= '"' .. string.format('%.0f', index) .. '"' then index = nil end
  local found, comma
  local count, at = 0, find(text, '%S', 2)
  if find(text, '^[%]}]', at) then return nil, 0, at end
  while true do
    local start = at
    local is_found = index == count
    if is_object then
      local stop = after_string(text, at)
      is_found = is_same(sub(text, at, stop - 1), name)
      at = find(text, '%S', find(text, ':', stop, true) + 1)
    end
    local stop = after_value(text, at)
    local mark = find(text, '[,%]}]', stop)
    if is_found then found = { start = start, from = at, stop = stop, comma = comma, mark = mark } end
    count = count + 1
    if byte(text, mark) ~= COMMA then return found, count, mark end
    comma = mark
    at = find(text, '%S', mark + 1)
  end
end

local function insert(text, member, count, stop)
  return sub(text, 1, stop - 1) .. (count > 0 and ',' or '') .. member .. sub(text, stop)
end

local function cut(text, found)
  if found.comma then return sub(text, 1, found.comma - 1) .. sub(text, found.stop) end
  local follows = byte(text, found.mark) == COMMA
  return sub(text, 1, found.start - 1) .. sub(text, follows and found.mark + 1 or found.stop)
end

-- The text after a change of what is below these names; no text means no value, before and after.
local function edit(text, names, depth, change)
  local name = names[depth]
  if not name then return change(text) end
  if not text then
    local inner = edit(nil, names, depth + 1, change)
    return inner and '{' .. name .. ':' .. inner .. '}'
  end
  local is_object = byte(text) == BRACE
  if not is_object and byte(text) ~= BRACKET then fail('WRONGTYPE there is no object or array for ' .. name) end
  local found, count, stop = locate(text, name)
  local inner = edit(found and sub(text, found.from, found.stop - 1), names, depth + 1, change)
  if found and inner then return sub(text, 1, found.from - 1) .. inner .. sub(text, found.stop) end
  if found then
    text = cut(text, found)
    -- An object may have the name more than once.
    return is_object and edit(text, names, depth, change) or text
  end
  if not inner then return text end
  if is_object then return insert(text, name .. ':' .. inner, count, stop) end
  if name ~= '"' .. count .. '"' then fail('WRONGTYPE the array has no element ' .. name) end
  return insert(text, inner, count, stop)
end

-- Tells `visit` each member of an object: its name, where its value begins and what follows. How many there are, and where
-- the object ends.
local function visit_members(text, visit)
  local count, at = 0, find(text, '%S', 2)
  if byte(text, at) ~= QUOTE then return 0, at end
  while true do
    local stop = after_string(text, at)
    local from = find(text, '%S', find(text, ':', stop, true) + 1)
    local name = sub(text, at, stop - 1)
    stop = after_value(text, from)
    visit(name, from, stop)
    count = count + 1
    local mark = find(text, '[,}]', stop)
    if byte(text, mark) ~= COMMA then return count, mark end
    at = find(text, '%S', mark + 1)
  end
end

-- All members in one pass, as there may be as many on either side.
local function merge(text, value)
  local members, by_name, pieces, at = {}, {}, {}, 1
  visit_members(value, function(name, from, stop)
    local member = { name = name, json = sub(value, from, stop - 1) }
    members[#members + 1], by_name[plain(name)] = member, member
  end)
  local count, finish = visit_members(text, function(name, from, stop)
    local member = by_name[plain(name)]
    -- Of several the last.
    if member then member.from, member.stop = from, stop end
  end)
  local found = {}
  for _, member in ipairs(members) do
    if member.stop then found[#found + 1] = member end
  end
  table.sort(found, function(one, other) return one.from < other.from end)
  for _, member in ipairs(found) do
    pieces[#pieces + 1] = sub(text, at, member.from - 1)
    pieces[#pieces + 1] = member.json
    at = member.stop
  end
  pieces[#pieces + 1] = sub(text, at, finish - 1)
  for _, member in ipairs(members) do
    if not member.stop then
      pieces[#pieces + 1] = (count > 0 and ',' or '') .. member.name .. ':' .. member.json
      count = count + 1
    end
  end
  pieces[#pieces + 1] = sub(text, finish)
  return table.concat(pieces)
end

local changes = {
  set = function(_, value) return value end,
  remove = function() return nil end,
  increment = function(text, by)
    local sum, problem = add(text, by)
    return sum or fail(problem)
  end,
  append = function(text, value)
    if not text then return '[' .. value .. ']' end
    if byte(text) ~= BRACKET then fail('WRONGTYPE what is to be appended to is not an array') end
    -- From its end: to count the elements of a long one takes long.
    local stop = #text
    while byte(text, stop) ~= END_BRACKET do stop = stop - 1 end
    return insert(text, value, find(text, '^%[%s*%]') and 0 or 1, stop)
  end,
  merge = function(text, value)
    if text and byte(text) ~= BRACE then fail('WRONGTYPE what is to be merged into is not an object') end
    return text and merge(text, value) or value
  end,
}

local function apply(text)
  local at, last = 4
  while at <= #ARGV do
    local names, value = {}, ARGV[at + 2 + ARGV[at + 1]]
    for index = 1, tonumber(ARGV[at + 1]) do names[index] = ARGV[at + 1 + index] end
    local change = changes[ARGV[at]]
    text = edit(text, names, 1, function(part)
      last = change(part, value)
      return last
    end)
    at = at + 3 + #names
  end
  return text, last
end

local function write(old, new)
  if new == old then return end
  if new then
    local problem = rewrite(old, new, ARGV[1])
    if problem then fail(problem) end
  else
    local removed = redis.pcall('DEL', KEYS[1])
    if type(removed) == 'table' then fail(removed) end
  end
end

local function run()
  local old = redis.pcall('GET', KEYS[1])
  if type(old) == 'table' then fail(old) end
  if ARGV[2] ~= '' and not (old and redis.sha1hex(old) == ARGV[2]) then
    fail('CONFLICT the etag is not that of the entry')
  end
  if old and not is_json(old) then
    fail('CORRUPT the stored text is not JSON, or nested too deep')
  end
  local new, last = apply(old and sub(old, find(old, '%S'), -1))
  write(old, new)
  if ARGV[3] == 'last' then return last end
  return { old, new or false }
end

local is_done, result = pcall(run)
if is_done then return result end
return failure or redis.error_reply('ERR ' .. tostring(result))
