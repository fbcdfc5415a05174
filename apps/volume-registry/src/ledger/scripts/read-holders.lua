--! keys: meta volumes holders
--! args: volume from limit

-- One page of the holders of a volume, all of one instant. `from`: where an earlier page ended, or 0. HSCAN gives more or fewer than it
-- is asked for, so it is asked again until there are about `limit`; a hash that Redis keeps in one piece (listpack) comes whole,
-- whatever the limit. Whoever is in the hash from the first page to the last is on one of them, at least once.
-- Replies: read revision count next holder… (`next` 0: this was the last page) | absent

if redis.call('HEXISTS', key.volumes, arg.volume) == 0 then return { 'absent' } end

-- Asking for the last few one by one would only take longer.
local FEWEST = 16

local read = { 'read', redis.call('HGET', key.meta, 'revision') or '0', redis.call('HLEN', key.holders), arg.from }
local limit = tonumber(arg.limit)
repeat
  local missing = limit - (#read - 4)
  local reply = redis.call('HSCAN', key.holders, read[4], 'COUNT', math.max(missing, FEWEST))
  read[4] = reply[1]
  for i = 2, #reply[2], 2 do read[#read + 1] = reply[2][i] end
until read[4] == '0' or #read - 4 >= limit
return read
