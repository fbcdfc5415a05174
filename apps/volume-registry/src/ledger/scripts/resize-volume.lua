--! include: ledger refusal volume

-- The volume stands with another size from now on; its holders stay (B-059). Wherever a volume admits holders it may be resized, so also
-- while it is `creating`. To the size that it has: repeated, and nothing changes.
-- Replies: done generation | volume_not_found | volume_not_ready state

local ADMITS = { creating = true, ready = true }

return function(unit)
  local name = unit.volume
  local it = ledger.volume(name)
  if not it then return refusal('volume_not_found', name) end
  if not ADMITS[it.state] then return refusal('volume_not_ready', name, it.state) end
  local before = volume.parts(it.body)
  local body = unit.form .. ',' .. before.agent .. ',' .. unit.resource
  if body ~= it.body then
    local cause = 'from ' .. before.size_mb .. ' MB to ' .. unit.size_mb .. ' MB'
    ledger.put_volume(name, volume.new(it.state, it.generation, it.origin, body), 'volume_resized', cause)
  end
  return { 'done', it.generation }
end
