--! include: ledger holder refusal

-- The agent has deleted the data; a tombstone keeps the generation. Of an earlier volume of the name this is old news (promise 10); of a
-- later one than is known it cannot be, unless writes were lost.
-- Replies: done generation | done | volume_not_found | volume_in_use holders… | operation_invalid not_being_destroyed state

return function(unit)
  local it = ledger.volume(unit.volume)
  if unit.generation > (it and it.generation or 0) then return refusal('volume_not_found', unit.volume) end
  if not it or unit.generation < it.generation then return { 'done' } end
  if it.state == 'gone' then return { 'done', it.generation } end
  local holders = holder.list(ledger.holders(unit.volume))
  if #holders > 0 then return refusal('volume_in_use', unit.volume, holders) end
  if it.state ~= 'destroying' then return refusal('operation_invalid', 'not_being_destroyed', unit.volume, it.state) end
  ledger.move_volume(unit.volume, 'gone', 'volume_gone', unit.cause)
  return { 'done', it.generation }
end
