-- How a holder is written: one JSON object whose last three fields change:
--   {<facts: "framework", "task", "launch", "agent">,"mode":…,"state":…,"since_ms":…}
-- `facts` come ready-made from the caller (holder-text.ts) and are passed on unchanged. `since_ms`: when it began to hold.

local holder = {}

function holder.read(text)
  local facts, mode, state, since_ms = string.match(text, '^{(.*),"mode":"(%u+)","state":"(%l+)","since_ms":(%d+)}$')
  if not facts then error('this is not how a holder is written: ' .. text) end
  return { facts = facts, mode = mode, state = state, since_ms = since_ms }
end

function holder.write(facts, mode, state, since_ms)
  return '{' .. facts .. ',"mode":"' .. mode .. '","state":"' .. state .. '","since_ms":' .. since_ms .. '}'
end

-- The texts of holders by id, as a list.
function holder.list(by_id)
  local texts = {}
  for _, text in pairs(by_id) do texts[#texts + 1] = text end
  return texts
end

return holder
