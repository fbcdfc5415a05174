-- How a volume is written: one JSON object whose parts stand in a fixed order, so that a change of state need not take the
-- rest apart and put it together again:
--   {"state":…,"generation":…, <origin: "created_ms", "creator">, <body: "shared", "size_mb", "agent", "resource">}
-- `origin` and `body` come ready-made from the caller (volume-text.ts) and are passed on unchanged.

local volume = {}

function volume.new(state, generation, origin, body)
  return { state = state, generation = generation, origin = origin, body = body, shared = string.sub(body, 1, 13) == '"shared":true' }
end

function volume.read(text)
  local state, generation, origin, body = string.match(text, '^{"state":"(%l+)","generation":(%d+),(.-),("shared":.*)}$')
  if not state then error('this is not how a volume is written: ' .. text) end
  return volume.new(state, tonumber(generation), origin, body)
end

-- A body's "agent":…, and its size as it is written.
function volume.parts(body)
  local size_mb, agent = string.match(body, '^"shared":%l+,"size_mb":([^,]+),("agent":.-),"resource":')
  if not agent then error('this is not how a volume is written: ' .. body) end
  return { size_mb = size_mb, agent = agent }
end

function volume.write(it)
  return '{"state":"' .. it.state .. '","generation":' .. it.generation .. ',' .. it.origin .. ',' .. it.body .. '}'
end

return volume
