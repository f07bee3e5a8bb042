-- Whether a text is JSON, before anything is written that keeps parts of it. cjson alone takes numbers, control characters and
-- bytes that are none. Only functions that pass over the text in C: a loop over its characters would hold the server up.

-- A text, and the same with its escapes masked, as long: there strings end at the next quote.
local function source(text)
  return { text = text, masked = find(text, '\\', 1, true) and gsub(text, '\\.', '__') or text }
end

-- The text without the strings that have no brackets.
local function without_plain_strings(of)
  of.bare = of.bare or gsub(of.masked, '"[^"[%]{}]*"', '')
  return of.bare
end

local function without_strings(of)
  local bare = without_plain_strings(of)
  return find(bare, '"', 1, true) and gsub(of.masked, '"[^"]*"', '') or bare
end

local CHARACTERS = {
  '[\224-\239][\128-\191][\128-\191]', '[\194-\223][\128-\191]', '[\240-\244][\128-\191][\128-\191][\128-\191]',
}

local NO_CHARACTERS = { '\224[\128-\159]', '\237[\160-\191]', '\240[\128-\143]', '\244[\144-\191]' }

local function is_utf8(text)
  for _, pattern in ipairs(NO_CHARACTERS) do
    if find(text, sub(pattern, 1, 1), 1, true) and find(text, pattern) then return false end
  end
  -- What is left without characters, in few pieces.
  local rest = gsub(text, '[^\128-\255]+', ' ')
  for _, character in ipairs(CHARACTERS) do
    if find(rest, character) then rest = gsub(rest, character, ' ') end
  end
  return not find(rest, '[\128-\255]')
end

local function is_text(text, masked)
  if match(text, '^[ -~]*()') > #text then return true end
  if match(text, '^[ -\255]*()') <= #text then
    if find(text, '[%z\1-\8\11\12\14-\31]') then return false end
    -- Between values, and not within strings.
    if find(gsub(masked, '"[^"%z\1-\31]*"', ''), '"', 1, true) then return false end
  end
  return not find(text, '[\128-\255]') or is_utf8(text)
end

-- Of numbers that cjson takes: `1.`, `-.5`, `1.e5`.
local function has_bad_point(text)
  return find(text .. ' ', '%.%D') or find(text, '-.', 1, true)
end

-- Whether it is JSON; and if not, whether that is because it is nested too deep.
local function is_json(of)
  local text = of.text
  if not is_text(text, of.masked) then return false end
  if find(text, '.', 1, true) and has_bad_point(of.masked) and has_bad_point(without_strings(of)) then return false end
  -- Halves of surrogate pairs, which JavaScript writes, are too much for the decoder: any other escape stands for them.
  if find(text, '\\u', 1, true) then text = gsub(text, '\\u[dD][89a-fA-F]%x%x', '\\n') end
  local strict = cjson.new()
  strict.decode_invalid_numbers(false)
  local is_valid, problem = pcall(strict.decode, text)
  return is_valid, not is_valid and find(problem, 'nested', 1, true)
end
