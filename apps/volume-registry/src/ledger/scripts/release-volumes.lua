--! include: ledger

-- Takes one launch out of the holder sets, with the cause. One who is not there has been released (promise 6).
-- Replies: done

return function(unit)
  for _, name in ipairs(unit.volumes) do
    local text = ledger.volume(name) and ledger.holder(name, unit.holder)
    if text then ledger.release(name, unit.holder, text, unit.cause) end
  end
  return { 'done' }
end
