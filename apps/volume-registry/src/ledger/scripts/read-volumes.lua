--! keys: meta volumes holders...
--! args: volumes only

-- Volumes and their holders at one instant, tombstones included. `only`: the one volume that is wanted, or empty for all.
-- `volumes`: the names of the volumes whose holders keys are given, in their order (JSON).
-- Replies: read revision volume… (a volume: name, its text, list of its holders' texts) | undeclared volume…

local holders_keys = {}
for i, name in ipairs(cjson.decode(arg.volumes)) do holders_keys[name] = key.holders[i] end

local flat
if arg.only == '' then
  flat = redis.call('HGETALL', key.volumes)
else
  local text = redis.call('HGET', key.volumes, arg.only)
  flat = text and { arg.only, text } or {}
end

local undeclared, read = { 'undeclared' }, { 'read', redis.call('HGET', key.meta, 'revision') or '0' }
for i = 1, #flat, 2 do
  local name = flat[i]
  if holders_keys[name] then
    read[#read + 1] = { name, flat[i + 1], redis.call('HVALS', holders_keys[name]) }
  else
    undeclared[#undeclared + 1] = name
  end
end
if #undeclared > 1 then return undeclared end
return read
