-- Changes of small texts of plain characters, as most are: for these, the rest of the script is not even made. Plain is JSON
-- without white space between values, and without escapes and brackets in strings. There a pair of quotes is a string, and a name
-- with a colon behind it is a member. What is not for this part is left to the rest: then it gives no text, and nothing was changed.

local find, match, sub, byte, gsub = string.find, string.match, string.sub, string.byte, string.gsub
local QUOTE, COMMA, COLON, BRACKET, END_BRACKET, BRACE, END_BRACE = 34, 44, 58, 91, 93, 123, 125

-- Within the depth that the server's decoder takes by default, whatever other scripts set.
local MOST_SMALL_BYTES = 2000
local MOST_SMALL_ARGUMENTS = 32
-- Of one name, in the object or within its members.
local MOST_MEMBERS = 8

-- Whether bytes beyond ASCII are characters, but for ranges that no character has.
local function are_characters(bytes)
  bytes = gsub(bytes, '[\224-\239][\128-\191][\128-\191]', ' ')
  bytes = gsub(bytes, '[\194-\223][\128-\191]', ' ')
  bytes = gsub(bytes, '[\240-\244][\128-\191][\128-\191][\128-\191]', ' ')
  return not find(bytes, '[\128-\255]')
end

-- Without the numbers that cjson takes: `1.`, `-.5`, `01`, `nan`, `0x1`, `inf`, `+1`. Of characters beyond ASCII those that need no
-- look at ranges.
local function is_plain_text(text)
  if #text > MOST_SMALL_BYTES then return false end
  local bare = gsub(text, '"[ !#-Z^-z|~\128-\255]*"', '')
  if find(bare, '[^%d,:{}%[%].eltrufasn-]') or find(bare, '[.-]%D') or find(bare, '%f[%d]0%d') or find(bare, 'na', 1, true) then
    return false
  end
  return not find(text, '[\128-\255]') or not find(text, '[\224\237\240\244]') and are_characters(text)
end

local function is_plain_name(name)
  return find(name, '^"[%w_\128-\255][%w_ .\128-\255-]*"$')
end

-- What is behind the value that begins there.
local function after_small(text, at)
  local first = byte(text, at)
  if first == QUOTE then return find(text, '"', at + 1, true) + 1 end
  if first == BRACE then return match(text, '^%b{}()', at) end
  if first == BRACKET then return match(text, '^%b[]()', at) end
  return find(text, '[,%]}]', at) or #text + 1
end

local function small_member(text, at, stop, name)
  local key, from, count = name .. ':', nil, 0
  local start, last = find(text, key, at + 1, true)
  while start and start < stop do
    local before = sub(text, at + 1, start - 1)
    if find(before, '[%[{]') then before = gsub(gsub(before, '%b{}', ''), '%b[]', '') end
    local is_direct = not find(before, '[%[{]')
    count = count + 1
    if count == MOST_MEMBERS or is_direct and from then return false end
    if is_direct then from = last + 1 end
    start, last = find(text, key, last + 1, true)
  end
  return from
end

local function small_element(text, at, name)
  local digits = match(name, '^"(%d%d?%d?)"$')
  if not digits or byte(digits) == 48 and digits ~= '0' then return false end
  at = at + 1
  for _ = 1, tonumber(digits) do
    if byte(text, at) == END_BRACKET then return false end
    at = after_small(text, at)
    if byte(text, at) ~= COMMA then return false end
    at = at + 1
  end
  return byte(text, at) ~= END_BRACKET and at
end

-- Where the value is of that name in the container from `at` to `stop`; `nil` where an object has none, `false` where it is not
-- for this part to say.
local function small_part(text, at, stop, name)
  if not is_plain_name(name) then return false end
  local first = byte(text, at)
  if first == BRACE then return small_member(text, at, stop, name) end
  return first == BRACKET and small_element(text, at, name)
end

local function splice(text, from, stop, part)
  return sub(text, 1, from - 1) .. part .. sub(text, stop)
end

local function add_small_member(text, at, stop, name, value)
  return splice(text, stop - 1, stop - 1, (stop == at + 2 and '' or ',') .. name .. ':' .. value)
end

local function merge_small(text, json)
  if byte(text) ~= BRACE or not is_plain_text(json) then return nil end
  local at = 2
  while byte(json, at) == QUOTE do
    local name, start = match(json, '^("[^"]*"):()', at)
    local behind = after_small(json, start)
    local value, from = sub(json, start, behind - 1), small_part(text, 1, #text + 1, name)
    if from == false then return nil end
    text = from and splice(text, from, after_small(text, from), value) or add_small_member(text, 1, #text + 1, name, value)
    at = behind + 1
  end
  return text
end

-- What a value becomes, or what is put where none is.
local function changed_small(kind, old, json)
  if kind == 'set' then return json end
  if kind == 'increment' then
    if old and find(old, '^[%[{]') then return nil end
    local sum, problem = add(old, json)
    if problem then fail(problem) end
    last_sum = sum
    return sum
  end
  if kind == 'append' then
    if not old then return '[' .. json .. ']' end
    return byte(old) == BRACKET and sub(old, 1, -2) .. (#old == 2 and '' or ',') .. json .. ']'
  end
  if kind == 'merge' then return old and merge_small(old, json) or not old and json end
end

local function cut_small(text, start, stop)
  if byte(text, start - 1) == COMMA then return splice(text, start - 1, stop, '') end
  return splice(text, start, byte(text, stop) == COMMA and stop + 1 or stop, '')
end

-- The text after a change of what the names from ARGV[first] to ARGV[last] lead to.
local function change_small(text, first, last, kind, json)
  local from, stop = 1, #text + 1
  for index = first, last do
    local name = ARGV[index]
    local part = small_part(text, from, stop, name)
    if part == false then return nil end
    if not part then
      if kind == 'remove' then return text end
      local value = changed_small(kind, nil, json)
      for below = last, index + 1, -1 do
        if not value or not is_plain_name(ARGV[below]) then return nil end
        value = '{' .. ARGV[below] .. ':' .. value .. '}'
      end
      return value and add_small_member(text, from, stop, name, value)
    end
    from, stop = part, after_small(text, part)
  end
  if kind == 'remove' then
    if last < first then return nil end
    return cut_small(text, byte(text, from - 1) == COLON and from - 1 - #ARGV[last] or from, stop)
  end
  local value = changed_small(kind, sub(text, from, stop - 1), json)
  return value and splice(text, from, stop, value)
end

local function edit_small(text)
  if #ARGV > MOST_SMALL_ARGUMENTS or not find(text, '^[%[{]') or not is_plain_text(text) or not pcall(cjson.decode, text) then
    return nil
  end
  local first = 4
  while text and first <= #ARGV do
    local last = first + 1 + ARGV[first + 1]
    text = change_small(text, first + 2, last, ARGV[first], ARGV[last + 1])
    first = last + 2
    -- The next one relies on it.
    if first <= #ARGV and not is_plain_text(ARGV[last + 1]) then return nil end
  end
  return text
end
