-- Where the parts of a value are. A node is a value: of a source and where it is there, or a
-- container that was gone through. Each container along the paths is gone through once, what is beside them is skipped.

local MOST_STEPS = 100000
local BATCH = 32
local BATCH_PATTERN = '^' .. string.rep('[^,%]]*,', BATCH)

local steps = 0

local function count_steps(count)
  steps = steps + count
  if steps >= MOST_STEPS then
    fail('TOOLARGE the objects and arrays along the paths have more than 100000 members and elements')
  end
end

-- With the brackets masked that strings have.
local function without_brackets(of)
  if not find(without_plain_strings(of), '"', 1, true) then return of.masked end
  local known = setmetatable({}, {
    __index = function(known, text)
      count_steps(1)
      known[text] = find(text, '[%[%]{}]') and gsub(text, '[%[%]{}]', '_') or false
      return known[text]
    end,
  })
  return (gsub(of.masked, '"[^"]*"', known))
end

local function raw(of, from, stop)
  return { source = of, from = from, stop = stop }
end

local function literal(text)
  return raw(source(text), 1, #text + 1)
end

-- The masked text of a source, in which a bracket is none of a string.
local function balanced(of)
  if not of.is_balanced then of.masked, of.is_balanced = without_brackets(of), true end
  return of.masked
end

-- What is behind the value that begins there.
local function after_value(of, at)
  local masked = of.masked
  local first = byte(masked, at)
  if first == QUOTE then return find(masked, '"', at + 1, true) + 1 end
  if first ~= BRACE and first ~= BRACKET then return match(masked, '^[^,%]}%s]*()', at) end
  masked = balanced(of)
  local _, stop = find(masked, first == BRACE and '^%b{}' or '^%b[]', at)
  steps = steps + (stop - at) / 65536
  return stop + 1
end

-- A name as it counts: others may have escaped it in another way.
local function plain(name)
  if not find(name, '\\', 1, true) then return name end
  local is_plain, decoded = pcall(cjson.decode, '[' .. name .. ']')
  return is_plain and '"' .. decoded[1] .. '"' or name
end

local open

-- A value that is not skipped where a path leads through it; and what is behind it.
local function open_or_skip(of, at, wanted)
  local first = byte(of.masked, at)
  if wanted and next(wanted) and (first == BRACE or first == BRACKET) then
    local node = open(of, at, wanted)
    return node, node.stop
  end
  return nil, after_value(of, at)
end

-- Tells `visit` the members of an object that are wanted: the name, where the value begins, where it ends if that is known, where
-- the member begins, the comma before and how many are before. `visit` gives where the value ends. Gives how many members there
-- are, and where the object ends.
local function each_member(of, at, wanted, visit)
  local masked, count, start, comma = of.masked, 0, find(of.masked, '%S', at + 1), nil
  if byte(masked, start) == END_BRACE then return 0, start end
  local is_escaped = find(of.text, '\\', at, true)
  repeat
    -- Mostly without white space before the colon.
    local name, from, stop = match(masked, '^("[^"]*"):%s*()[%w.+-]*()', start)
    if not name then name, from, stop = match(masked, '^%s*("[^"]*")%s*:%s*()[%w.+-]*()', start) end
    if is_escaped then
      local at_name = find(masked, '"', start, true)
      name = plain(sub(of.text, at_name, at_name + #name - 1))
    end
    if wanted[name] then
      stop = visit(name, from, from < stop and stop, start, comma, count)
    elseif from == stop then
      stop = after_value(of, from)
    end
    comma, count = stop, count + 1
    local mark = byte(masked, stop)
    if mark ~= COMMA then
      comma = find(masked, '%S', stop)
      mark = byte(masked, comma)
    end
    start = comma + 1
    if count == MOST_STEPS then break end
  until mark ~= COMMA
  count_steps(count)
  return count, comma
end

-- Of several members of a name the last counts, as in JavaScript; `before` leads to the others.
local function open_object(of, at, wanted)
  local node = { kind = BRACE, source = of, from = at, slots = {}, added = {}, cut = {} }
  node.count, node.stop = each_member(of, at, wanted, function(name, from, stop, start, comma, number)
    local child, value = wanted[name], nil
    if not stop then value, stop = open_or_skip(of, from, child) end
    if child then
      local before = node.slots[name]
      node.slots[name] = { from = from, stop = stop, start = start, comma = comma, number = number, value = value, before = before }
    end
    return stop
  end)
  node.stop = node.stop + 1
  return node
end

-- Of nothing but numbers and words: they are counted in batches, whose beginnings are kept.
local function open_plain_array(node, of, at)
  local batches, start, count = {}, at + 1, 0
  node.batches, node.count = batches, 0
  if find(of.masked, '%S', start) == node.stop - 1 then return node end
  local _, stop = find(of.masked, BATCH_PATTERN, start)
  while stop do
    batches[#batches + 1], count, start = start, count + BATCH, stop + 1
    _, stop = find(of.masked, BATCH_PATTERN, start)
  end
  batches[#batches + 1] = start
  repeat
    count = count + 1
    start = match(of.masked, '^[^,%]]*,()', start)
  until not start
  count_steps(count / BATCH)
  node.count = count
  return node
end

-- Whether elements are numbers and words: what is before the first closing bracket has no string and no other bracket.
local function is_plain(elements)
  return not (find(elements, '"', 1, true) or find(elements, '[', 1, true) or find(elements, '{', 1, true))
end

local function open_array(of, at, wanted)
  local node = { kind = BRACKET, source = of, from = at, values = {}, removed = {}, added = {} }
  local stop = find(of.masked, ']', at, true)
  if is_plain(sub(of.masked, at + 1, stop - 1)) then
    node.stop = stop + 1
    return open_plain_array(node, of, at)
  end
  local masked, froms, stops, index, start, mark, from = of.masked, {}, {}, 0, at + 1, nil, nil
  repeat
    if byte(masked, start) == BRACE and not wanted[index] then
      masked = balanced(of)
      from, stop = start, match(masked, '^%b{}()', start)
    else
      from, stop = match(masked, '^%s*()[%w.+-]*()', start)
      if from == stop then node.values[index], stop = open_or_skip(of, from, wanted[index]) end
    end
    froms[index], stops[index] = from, stop
    index, start = index + 1, stop + 1
    mark = byte(masked, stop)
    if mark ~= COMMA then
      start = find(masked, '%S', stop) + 1
      mark = byte(masked, start - 1)
    end
  until mark ~= COMMA or index == MOST_STEPS
  count_steps(index)
  node.froms, node.stops, node.count, node.stop = froms, stops, index, start
  return node
end

-- Where an element is.
local function bounds(node, index)
  if node.froms then return node.froms[index], node.stops[index] end
  local masked, start = node.source.masked, node.batches[math.floor(index / BATCH) + 1]
  for _ = 1, index % BATCH do start = find(masked, ',', start, true) + 1 end
  return match(masked, '^%s*()[^,%]%s]*()', start)
end

-- The container that begins there.
open = function(of, at, wanted)
  return (byte(of.masked, at) == BRACE and open_object or open_array)(of, at, wanted)
end
