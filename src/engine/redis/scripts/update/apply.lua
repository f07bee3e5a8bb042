-- The operations of a call upon a text of any kind.

local MOST_BYTES = 4194304

-- Adds a name to those that are wanted of a container; gives what is wanted below it.
local function want(wanted, name)
  local child = wanted[name.plain] or {}
  wanted[name.plain] = child
  if name.index then wanted[name.index] = child end
  return child
end

local function read_name(json)
  -- The number of an element, as JavaScript writes it.
  local digits = match(json, '^"(%d+)"$')
  return { json = json, plain = plain(json), index = digits and (digits == '0' or byte(digits) ~= 48) and tonumber(digits) }
end

-- The operations, and a tree of the names along their paths.
local function read_operations()
  local operations, root, at = {}, {}, 4
  while at <= #ARGV do
    local operation, wanted = { change = changes[ARGV[at]], names = {} }, root
    if not operation.change then fail('MALFORMED there is no such operation') end
    for index = 1, tonumber(ARGV[at + 1]) do
      operation.names[index] = read_name(ARGV[at + 1 + index])
      wanted = want(wanted, operation.names[index])
    end
    operation.json = ARGV[at + 2 + #operation.names]
    if operation.change == changes.merge then
      operation.members, operation.source = members_of(operation.json)
      for _, member in ipairs(operation.members) do want(wanted, member) end
    end
    operations[#operations + 1] = operation
    at = at + 3 + #operation.names
  end
  return operations, root
end

-- The text that the operations make of another, with the white space around it while it is the same.
local function apply(old)
  local operations, wanted = read_operations()
  local first = old and raw(old, find(old.text, '%S'), match(old.text, '^.*%S()'))
  local value = first
  for _, operation in ipairs(operations) do
    value = edit(value, operation.names, 1, wanted, function(node, below) return operation.change(node, operation, below) end)
  end
  if not value then return nil end
  local pieces = {}
  if value == first then pieces[1] = sub(old.text, 1, first.from - 1) end
  render(value, pieces)
  if value == first then pieces[#pieces + 1] = sub(old.text, first.stop) end
  return table.concat(pieces)
end

local function check(old)
  if #old.text > MOST_BYTES then fail('TOOLARGE the stored text is longer than 4 MiB') end
  local is_valid, is_deep = is_json(old)
  if is_deep then fail('TOOLARGE the stored value is nested deeper than 1000 levels') end
  if not is_valid then fail('CORRUPT the stored text is not JSON') end
end

local function edit_any(old)
  local of = old and source(old)
  if of then check(of) end
  return apply(of)
end
