--! include: ledger holder refusal sorted

-- The agent could not make the volume: those who waited for it are released with that cause, and it is gone.
-- A holder that runs speaks against it, and the volume stays (when in doubt, hold on).
-- Replies: done generation | done | volume_in_use holders… | operation_invalid creation_over state

return function(unit)
  local it = ledger.volume(unit.volume)
  if not it then return { 'done' } end
  if it.state == 'gone' then return { 'done', it.generation } end
  if it.state ~= 'creating' and it.state ~= 'destroying' then
    return refusal('operation_invalid', 'creation_over', unit.volume, it.state)
  end
  local holders = ledger.holders(unit.volume)
  for _, text in pairs(holders) do
    if holder.read(text).state == 'running' then return refusal('volume_in_use', unit.volume, holder.list(holders)) end
  end
  for _, id in ipairs(sorted(holders)) do ledger.release(unit.volume, id, holders[id], unit.cause) end
  ledger.move_volume(unit.volume, 'gone', 'volume_gone', unit.cause)
  return { 'done', it.generation }
end
