--! include: ledger still-creating refusal

-- Takes a destroy back while it waits: the volume is what it was before. Once the last holder has left there is no way back. What is
-- about an earlier volume of the name never reaches a later one (promise 10).
-- Replies: done generation | destroy_not_pending state

return function(unit)
  local it = ledger.volume(unit.volume)
  if not it then return refusal('destroy_not_pending', unit.volume, 'absent') end
  if it.generation ~= unit.generation then return refusal('destroy_not_pending', unit.volume, 'gone') end
  if it.state ~= 'draining' then return refusal('destroy_not_pending', unit.volume, it.state) end
  ledger.move_volume(unit.volume, still_creating(it) and 'creating' or 'ready', 'destroy_cancelled', unit.cause)
  return { 'done', it.generation }
end
