--! include: ledger refusal

-- A volume is new by its key, never by comparing resources (A-047, A-048). The generation continues from the tombstone.
-- Replies: done generation | volume_exists

return function(unit)
  local before = ledger.volume(unit.volume)
  if before and before.state ~= 'gone' then return refusal('volume_exists', unit.volume) end
  return { 'done', ledger.add_volume(unit.volume, 'creating', unit.origin, unit.body, 'volume_created') }
end
