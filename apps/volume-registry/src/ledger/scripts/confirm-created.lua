--! include: ledger made refusal

-- The agent has made the volume. Word of another volume of the name is none of this one (promise 10).
-- Replies: done generation | volume_not_found

return function(unit)
  local it = ledger.volume(unit.volume)
  if not it or it.state == 'gone' or it.generation ~= unit.generation then return refusal('volume_not_found', unit.volume) end
  made(unit.volume)
  return { 'done', it.generation }
end
