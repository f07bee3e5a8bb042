-- The text of a value that was changed in part.

local render

-- Adds what is between the parts that were changed, and these. `parts`: where they are, and what is there now, if anything.
local function render_parts(node, parts, last, pieces)
  local text, at = node.source.text, node.from
  table.sort(parts, function(one, other) return one.from < other.from end)
  for _, part in ipairs(parts) do
    pieces[#pieces + 1] = sub(text, at, part.from - 1)
    if part.value then render(part.value, pieces) end
    at = part.stop
  end
  pieces[#pieces + 1] = sub(text, at, last)
end

-- What goes with a member or element that is removed: one of the commas next to it.
local function cut_of(node, place, is_first)
  if not is_first then return { from = place.comma, stop = place.stop } end
  local mark = find(node.source.masked, '%S', place.stop)
  local start = find(node.source.masked, '%S', place.start)
  return { from = start, stop = byte(node.source.masked, mark) == COMMA and mark + 1 or place.stop }
end

-- Those before which nothing is kept lose the comma behind, the others the one before. `places` are sorted.
local function add_cuts(node, places, parts)
  for index, place in ipairs(places) do
    parts[#parts + 1] = cut_of(node, place, place.number == index - 1)
  end
end

local function render_added(node, kept, pieces)
  for _, value in ipairs(node.added) do
    if not value.is_removed then
      pieces[#pieces + 1] = kept > 0 and ',' or ''
      if value.name then pieces[#pieces + 1] = value.name .. ':' end
      render(value.name and value.value or value, pieces)
      kept = kept + 1
    end
  end
end

local function render_object(node, pieces)
  local parts = {}
  for _, slot in pairs(node.slots) do
    if slot.value and slot.from then parts[#parts + 1] = slot end
  end
  table.sort(node.cut, function(one, other) return one.from < other.from end)
  add_cuts(node, node.cut, parts)
  render_parts(node, parts, node.stop - 2, pieces)
  render_added(node, node.count - #node.cut, pieces)
  pieces[#pieces + 1] = '}'
end

local function comma_before(node, from)
  local masked = node.source.masked
  local at = from - 1
  while find(masked, '^%s', at) do at = at - 1 end
  return at
end

local function render_array(node, pieces)
  local parts, places = {}, {}
  for number, value in pairs(node.values) do
    local from, stop = bounds(node, number)
    parts[#parts + 1] = { from = from, stop = stop, value = value }
  end
  for _, number in ipairs(node.removed) do
    local from, stop = bounds(node, number)
    places[#places + 1] = { from = from, start = from, stop = stop, number = number, comma = comma_before(node, from) }
  end
  add_cuts(node, places, parts)
  render_parts(node, parts, node.stop - 2, pieces)
  render_added(node, node.count - #node.removed, pieces)
  pieces[#pieces + 1] = ']'
end

local function render_raw(node, pieces)
  local text, stop = node.source.text, node.stop - 1
  if not node.appended then
    pieces[#pieces + 1] = sub(text, node.from, stop)
    return
  end
  pieces[#pieces + 1] = sub(text, node.from, stop - 1)
  local is_empty = find(text, '^%[%s*%]', node.from)
  node.added = node.appended
  render_added(node, is_empty and 0 or 1, pieces)
  pieces[#pieces + 1] = ']'
end

render = function(node, pieces)
  local of_kind = node.kind == BRACE and render_object or node.kind == BRACKET and render_array or render_raw
  of_kind(node, pieces)
end
