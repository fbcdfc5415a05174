-- How a destroy that waits is written, within its volume: one JSON object whose first two fields are the ledger's own:
--   {"made":…,"since_ms":…, <terms: "admits_readers", "deadline_at_ms", "on_deadline", "requester">}
-- `terms` come ready-made from the caller (drain-text.ts) and are passed on unchanged; equal terms have equal texts.
-- `made`: the agent has confirmed that the volume is there. `since_ms`: when it began to wait.

local drain = {}

function drain.read(text)
  local made, since_ms, terms = string.match(text, '^{"made":(%l+),"since_ms":(%d+),("admits_readers":.*)}$')
  if not made then error('this is not how a drain is written: ' .. text) end
  local admits_readers = string.sub(terms, 1, 21) == '"admits_readers":true'
  return { made = made == 'true', since_ms = since_ms, terms = terms, admits_readers = admits_readers }
end

function drain.write(made, since_ms, terms)
  return '{"made":' .. tostring(made) .. ',"since_ms":' .. since_ms .. ',' .. terms .. '}'
end

return drain
