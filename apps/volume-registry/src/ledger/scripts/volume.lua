-- How a volume is written: one JSON object whose parts stand in a fixed order, so that a change of state need not take the
-- rest apart and put it together again:
--   {"state":…,"generation":…, ["drain":…,] <origin: "created_ms", "creator">, <body: "shared", "size_mb", "agent", "resource">}
-- `origin` and `body` come ready-made from the caller (volume-text.ts) and are passed on unchanged; `drain` is as drain.lua writes it,
-- and stands there while a destroy waits and while the volume is destroyed because of that.

local volume = {}

local MAY_HAVE_DRAIN = { draining = true, destroying = true }

function volume.new(state, generation, origin, body, drain)
  return { state = state, generation = generation, origin = origin, body = body, drain = drain,
    shared = string.sub(body, 1, 13) == '"shared":true' }
end

-- Most calls need the state only; the long parts are taken apart when one of them is asked for.
local unread = {}

function volume.read(text)
  local state, generation = string.match(text, '^{"state":"(%l+)","generation":(%d+),')
  if not state then error('this is not how a volume is written: ' .. text) end
  -- Within strings quotes are escaped, so that this cannot be found there; the resource says the same once more.
  local shared = string.find(text, '"shared":true', 1, true) ~= nil
  return setmetatable({ text = text, state = state, generation = tonumber(generation), shared = shared }, unread)
end

function unread.__index(it, part)
  local origin, body = string.match(it.text, '^{"state":"%l+","generation":%d+,(.-),("shared":.*)}$')
  if not origin then error('this is not how a volume is written: ' .. it.text) end
  local drain
  if MAY_HAVE_DRAIN[it.state] then
    local before, rest = string.match(origin, '^"drain":({.*}),("created_ms":.*)$')
    if before then drain, origin = before, rest elseif it.state == 'draining' then error('this volume waits on no terms: ' .. it.text) end
  end
  setmetatable(it, nil)
  it.origin, it.body, it.drain = origin, body, drain
  return it[part]
end

-- A body's "agent":…, and its size as it is written.
function volume.parts(body)
  local size_mb, agent = string.match(body, '^"shared":%l+,"size_mb":([^,]+),("agent":.-),"resource":')
  if not agent then error('this is not how a volume is written: ' .. body) end
  return { size_mb = size_mb, agent = agent }
end

function volume.write(it)
  local drain = it.drain and '"drain":' .. it.drain .. ',' or ''
  return '{"state":"' .. it.state .. '","generation":' .. it.generation .. ',' .. drain .. it.origin .. ',' .. it.body .. '}'
end

return volume
