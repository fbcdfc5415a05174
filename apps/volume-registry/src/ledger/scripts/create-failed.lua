--! include: ledger holder still-creating refusal sorted

-- The agent could not make the volume: those who waited for it are released with that cause, and it is gone.
-- A holder that runs speaks against it, and the volume stays (when in doubt, hold on). Of an earlier volume of the name this is old news
-- (promise 10); of a later one than is known it cannot be, unless writes were lost.
-- Replies: done generation | done | volume_not_found | volume_in_use holders… | operation_invalid creation_over state

return function(unit)
  local it = ledger.volume(unit.volume)
  if unit.generation > (it and it.generation or 0) then return refusal('volume_not_found', unit.volume) end
  if not it or unit.generation < it.generation then return { 'done' } end
  if it.state == 'gone' then return { 'done', it.generation } end
  if it.state ~= 'destroying' and not still_creating(it) then
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
