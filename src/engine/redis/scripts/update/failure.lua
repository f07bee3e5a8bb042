-- How a script ends early: kept here, as the servers differ in what they make of an error on its way.

local failure

local function fail(reply)
  failure = type(reply) == 'string' and redis.error_reply(reply) or reply
  error('failed', 0)
end

-- What the last increment came to.
local last_sum
