-- Changes of values, kept beside the text until all are made.

local function is_of(node, kind)
  return (node.kind or byte(node.source.text, node.from)) == kind
end

-- The container that a value is, gone through.
local function opened(node, wanted)
  if node.kind then return node end
  for name, field in pairs(open(node.source, node.from, wanted)) do node[name] = field end
  node.added = node.appended or node.added
  return node
end

local edit

-- Puts a value in the place of a member, or at the end.
local function put_member(node, name, value, literal_name)
  local slot = node.slots[name]
  if slot then
    slot.value = value
  else
    slot = { name = literal_name, value = value }
    node.slots[name] = slot
    node.added[#node.added + 1] = slot
  end
end

-- Removes a member, each of its name.
local function cut_member(node, name)
  local slot = node.slots[name]
  node.slots[name], slot.is_removed = nil, true
  while slot and slot.from do
    node.cut[#node.cut + 1] = slot
    slot = slot.before
  end
end

local function edit_member(node, names, depth, wanted, change)
  local name = names[depth]
  local slot = node.slots[name.plain]
  local value = slot and (slot.value or raw(node.source, slot.from, slot.stop))
  local new = edit(value, names, depth + 1, wanted[name.plain], change)
  if new then
    put_member(node, name.plain, new, name.json)
  elseif slot then
    cut_member(node, name.plain)
  end
end

-- Which element of the text an index is of, since some were removed.
local function number_of(node, index)
  for _, removed in ipairs(node.removed) do
    if removed > index then break end
    index = index + 1
  end
  return index
end

local function remove_element(node, number)
  local at = #node.removed
  while at > 0 and node.removed[at] > number do at = at - 1 end
  table.insert(node.removed, at + 1, number)
  node.values[number] = nil
end

local function edit_kept_element(node, index, ...)
  local number = number_of(node, index)
  local value = node.values[number] or raw(node.source, bounds(node, number))
  local new = edit(value, ...)
  if new then node.values[number] = new else remove_element(node, number) end
end

local function edit_added_element(node, at, ...)
  local new = edit(node.added[at], ...)
  if new then node.added[at] = new elseif node.added[at] then table.remove(node.added, at) end
end

local function edit_element(node, names, depth, wanted, change)
  local name = names[depth]
  local kept = node.count - #node.removed
  local index = name.index or kept + #node.added + 1
  local child = wanted[name.plain]
  if index < kept then return edit_kept_element(node, index, names, depth + 1, child, change) end
  if index > kept + #node.added then
    if edit(nil, names, depth + 1, child, change) then fail('WRONGTYPE the array has no element ' .. name.json) end
    return
  end
  edit_added_element(node, index - kept + 1, names, depth + 1, child, change)
end

-- The value after a change of what is below these names; none means that there is none, before and after.
edit = function(node, names, depth, wanted, change)
  local name = names[depth]
  if not name then return change(node, wanted) end
  if not node then
    local inner = edit(nil, names, depth + 1, wanted[name.plain], change)
    if not inner then return nil end
    node = opened(literal('{}'), wanted)
    put_member(node, name.plain, inner, name.json)
    return node
  end
  if is_of(node, BRACE) then
    edit_member(opened(node, wanted), names, depth, wanted, change)
  elseif is_of(node, BRACKET) then
    edit_element(opened(node, wanted), names, depth, wanted, change)
  else
    fail('WRONGTYPE there is no object or array for ' .. name.json)
  end
  return node
end

local EACH = setmetatable({}, { __index = function() return true end })

-- What each member of a value that is merged is.
local function members_of(json)
  local members, of = {}, source(json)
  each_member(of, 1, EACH, function(name, from, stop, start)
    stop = stop or after_value(of, from)
    local at = find(of.masked, '"', start, true)
    local literal_name = sub(of.text, at, find(of.masked, '"', at + 1, true))
    members[#members + 1] = { plain = name, json = literal_name, from = from, stop = stop }
    return stop
  end)
  return members, of
end

local changes = {
  set = function(_, operation) return literal(operation.json) end,
  remove = function() return nil end,
  increment = function(node, operation)
    local text = node and not node.kind and sub(node.source.text, node.from, node.stop - 1)
    local sum, problem = add(node and (text or '{}'), operation.json)
    if problem then fail(problem) end
    last_sum = sum
    return literal(sum)
  end,
  append = function(node, operation)
    if not node then return literal('[' .. operation.json .. ']') end
    if not is_of(node, BRACKET) then fail('WRONGTYPE what is to be appended to is not an array') end
    -- To count the elements of a long one takes long.
    local list = node.added or node.appended or {}
    list[#list + 1] = literal(operation.json)
    if not node.added then node.appended = list end
    return node
  end,
  merge = function(node, operation, wanted)
    if not node then return literal(operation.json) end
    if not is_of(node, BRACE) then fail('WRONGTYPE what is to be merged into is not an object') end
    node = opened(node, wanted)
    for _, member in ipairs(operation.members) do
      put_member(node, member.plain, raw(operation.source, member.from, member.stop), member.json)
    end
    return node
  end,
}
