--! include: ledger holder refusal

-- The agent has deleted the data; a tombstone keeps the generation. Only a volume that is being destroyed can be meant: a late
-- repetition must not reach a later volume of the same name (promise 10).
-- Replies: done generation | done | volume_in_use holders… | operation_invalid not_being_destroyed state

return function(unit)
  local it = ledger.volume(unit.volume)
  if not it then return { 'done' } end
  if it.state == 'gone' then return { 'done', it.generation } end
  local holders = holder.list(ledger.holders(unit.volume))
  if #holders > 0 then return refusal('volume_in_use', unit.volume, holders) end
  if it.state ~= 'destroying' then return refusal('operation_invalid', 'not_being_destroyed', unit.volume, it.state) end
  ledger.move_volume(unit.volume, 'gone', 'volume_gone', unit.cause)
  return { 'done', it.generation }
end
