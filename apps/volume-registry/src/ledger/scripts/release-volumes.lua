--! include: ledger destroy-unused

-- Takes one launch out of the holder sets, with the cause. One who is not there has been released (promise 6). A volume whose destroy
-- waits for this one only is being destroyed from now on (promise 1), if the store is verified: an unverified one may have forgotten a
-- holder, and leaves it to reconciliation.
-- Replies: done [drained…] (of a drained volume: name generation drain)

return function(unit)
  local drained
  for _, name in ipairs(unit.volumes) do
    local it = ledger.volume(name)
    local text = it and ledger.holder(name, unit.holder)
    if text then
      ledger.release(name, unit.holder, text, unit.cause)
      if ledger.is_verified() and destroy_unused(name) then
        drained = drained or {}
        drained[#drained + 1] = { name, it.generation, it.drain }
      end
    end
  end
  return { 'done', drained }
end
