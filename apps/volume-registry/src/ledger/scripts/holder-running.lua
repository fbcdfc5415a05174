--! include: ledger holder refusal

-- The agent reported the task running. One that the ledger does not know to hold a volume is refused: promise 2 is broken, and
-- somebody must hear of it.
-- Replies: done | volume_not_found | operation_invalid not_a_holder

return function(unit)
  for _, name in ipairs(unit.volumes) do
    if not ledger.volume(name) then return refusal('volume_not_found', name) end
    if not ledger.holder(name, unit.holder) then return refusal('operation_invalid', 'not_a_holder', name) end
  end
  for _, name in ipairs(unit.volumes) do
    local known = holder.read(ledger.holder(name, unit.holder))
    if known.state == 'pending' then
      ledger.update_holder(name, unit.holder, holder.write(known.facts, known.mode, 'running', known.since_ms), 'holder_running')
    end
  end
  return { 'done' }
end
