--! include: ledger holder refusal

-- A volume becomes `destroying` only while nobody holds it (promise 1), and only in a verified store: an unverified one may have
-- forgotten a holder. Repeating is harmless.
-- Replies: done generation | ledger_unverified | volume_not_found | volume_in_use holders…

return function(unit)
  if not ledger.is_verified() then return refusal('ledger_unverified') end
  local it = ledger.volume(unit.volume)
  if not it or it.state == 'gone' then return refusal('volume_not_found', unit.volume) end
  local holders = holder.list(ledger.holders(unit.volume))
  if #holders > 0 then return refusal('volume_in_use', unit.volume, holders) end
  if it.state ~= 'destroying' then ledger.move_volume(unit.volume, 'destroying', 'volume_destroying') end
  return { 'done', it.generation }
end
