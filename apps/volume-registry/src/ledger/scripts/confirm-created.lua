--! include: ledger refusal

-- The agent has made the volume. Past `creating` this was known before.
-- Replies: done generation | volume_not_found

return function(unit)
  local it = ledger.volume(unit.volume)
  if not it or it.state == 'gone' then return refusal('volume_not_found', unit.volume) end
  if it.state == 'creating' then ledger.move_volume(unit.volume, 'ready', 'volume_ready') end
  return { 'done', it.generation }
end
