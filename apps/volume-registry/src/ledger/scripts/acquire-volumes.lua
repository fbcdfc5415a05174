--! include: ledger holder refusal

-- All volumes of one task, or none. A volume that this launch holds already is fine in any state (promise 6).
-- A volume that is not shared admits one holder.
-- Replies: done | volume_not_found | volume_not_ready state | volume_in_use holders…

local ADMITS = { creating = true, ready = true }

return function(unit)
  for _, wanted in ipairs(unit.volumes) do
    local name = wanted.volume
    local it = ledger.volume(name)
    if not it then return refusal('volume_not_found', name) end
    if not ledger.holder(name, unit.holder) then
      if not ADMITS[it.state] then return refusal('volume_not_ready', name, it.state) end
      -- Who else holds a shared volume need not be known.
      local others = it.shared and {} or holder.list(ledger.holders(name))
      if #others > 0 then return refusal('volume_in_use', name, others) end
    end
  end
  for _, wanted in ipairs(unit.volumes) do
    ledger.hold(wanted.volume, unit.holder, holder.write(unit.facts, wanted.mode, 'pending', arg.now_ms))
  end
  return { 'done' }
end
