-- Sums as JavaScript has them: doubles, and whole numbers only as far as doubles hold each of them.

local function number(text)
  if text == '0' or string.find(text, '^%-?[1-9]%d*$') then return tonumber(text) end
  local whole, fraction, exponent = string.match(text, '^%s*%-?(%d+)(%.?%d*)([eE]?[%+%-]?%d*)%s*$')
  local is_json = whole and (whole == '0' or string.sub(whole, 1, 1) ~= '0') and fraction ~= '.'
    and (exponent == '' or string.find(exponent, '^[eE][%+%-]?%d+$'))
  return is_json and tonumber(text)
end

-- As JSON.stringify writes a fraction above 0.
local function text_of_fraction(number)
  -- The next decimal of as many digits, away from zero.
  local function above(scientific)
    local digits, exponent = string.match(scientific, '^([%d.]+)e(.*)$')
    local at = #digits
    while at > 0 and string.find(digits, '^[9.]', at) do at = at - 1 end
    -- No power of two has nines only, shortened to as many digits.
    if at == 0 then return nil end
    local rest = string.gsub(string.sub(digits, at + 1), '9', '0')
    return string.sub(digits, 1, at - 1) .. (string.sub(digits, at, at) + 1) .. rest .. 'e' .. exponent
  end

  -- The shortest decimal that is read as this number, of several the nearest: as JavaScript has it.
  local function shortest()
    local is_power = math.frexp(number) == 0.5
    for digits = number < 2.2250738585072014e-308 and 1 or 15, 17 do
      local nearest = string.format('%.' .. digits - 1 .. 'e', number)
      if tonumber(nearest) == number then return nearest end
      -- Below a power of two, doubles are closer to each other than above.
      local other = is_power and above(nearest)
      if other and tonumber(other) == number then return other end
    end
  end

  local whole, fraction, exponent = string.match(shortest(), '^(%d)%.?(%d*)e(.*)$')
  local digits, point = string.gsub(whole .. fraction, '0+$', ''), exponent + 1
  if point > 0 then return string.sub(digits, 1, point) .. '.' .. string.sub(digits, point + 1) end
  if point > -6 then return '0.' .. string.rep('0', -point) .. digits end
  local rest = #digits > 1 and '.' .. string.sub(digits, 2) or ''
  return string.sub(digits, 1, 1) .. rest .. 'e-' .. 1 - point
end

local function add(text, by)
  local old = 0
  if text then
    old = number(text)
    if not old then return nil, redis.error_reply('WRONGTYPE the value is not a number') end
  end
  local sum = old + tonumber(by)
  if math.abs(old) > 9007199254740991 or not (math.abs(sum) <= 9007199254740991) then
    return nil, redis.error_reply('OUTOFRANGE the number or the sum is beyond 2^53 - 1')
  end
  -- Zero has no sign.
  if sum % 1 == 0 then return string.format('%.0f', sum + 0) end
  return sum < 0 and '-' .. text_of_fraction(-sum) or text_of_fraction(sum)
end
