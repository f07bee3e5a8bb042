-- Sums as JavaScript has them: doubles, and whole numbers only as far as doubles hold each of them.

local function number(text)
  local whole, fraction, exponent = string.match(text, '^%s*%-?(%d+)(%.?%d*)([eE]?[%+%-]?%d*)%s*$')
  local is_json = whole and (whole == '0' or string.sub(whole, 1, 1) ~= '0') and fraction ~= '.'
    and (exponent == '' or string.find(exponent, '^[eE][%+%-]?%d+$'))
  return is_json and tonumber(text)
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
  if sum == math.floor(sum) then return string.format('%.0f', sum + 0) end
  -- The shortest text that is read as the same number.
  for digits = 15, 17 do
    local shown = string.format('%.' .. digits .. 'g', sum)
    if tonumber(shown) == sum then return shown end
  end
end
