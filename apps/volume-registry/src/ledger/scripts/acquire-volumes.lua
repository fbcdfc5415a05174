--! include: ledger holder drain refusal

-- All volumes of one task, or none. A volume that this launch holds already is fine in any state (promise 6).
-- A volume that is not shared admits one holder; one whose destroy waits nobody new, or only who reads, as was asked for.
-- Replies: done | volume_not_found | volume_not_ready state | volume_in_use holders…

local ADMITS = { creating = true, ready = true }

local function admits(it, mode)
  return ADMITS[it.state] or it.state == 'draining' and mode == 'RO' and drain.read(it.drain).admits_readers
end

return function(unit)
  for _, wanted in ipairs(unit.volumes) do
    local name = wanted.volume
    local it = ledger.volume(name)
    if not it then return refusal('volume_not_found', name) end
    if not ledger.holder(name, unit.holder) then
      if not admits(it, wanted.mode) then return refusal('volume_not_ready', name, it.state) end
      -- Who else holds a shared volume need not be known.
      local others = not it.shared and holder.list(ledger.holders(name))
      if others and #others > 0 then return refusal('volume_in_use', name, others) end
    end
  end
  for _, wanted in ipairs(unit.volumes) do
    ledger.hold(wanted.volume, unit.holder, holder.write(unit.facts, wanted.mode, 'pending', arg.now_ms))
  end
  return { 'done' }
end
