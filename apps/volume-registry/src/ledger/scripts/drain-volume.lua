--! include: ledger holder drain still-creating refusal

-- DESTROY when unused. Where nobody holds the volume it is destroyed at once, as by `destroy_volume`; else it waits as `draining`, and the
-- release of the last holder destroys it. Repeating is harmless; a second destroy on other terms is refused.
-- Replies: done generation [holders…] | ledger_unverified | volume_not_found | destroy_pending drain | volume_in_use holders…

return function(unit)
  if not ledger.is_verified() then return refusal('ledger_unverified') end
  local name = unit.volume
  local it = ledger.volume(name)
  if not it or it.state == 'gone' then return refusal('volume_not_found', name) end
  if it.state == 'draining' and drain.read(it.drain).terms ~= unit.terms then return refusal('destroy_pending', name, it.drain) end
  local holders = holder.list(ledger.holders(name))
  if #holders == 0 then
    if it.state ~= 'destroying' then ledger.move_volume(name, 'destroying', 'volume_destroying', 'unused') end
    return { 'done', it.generation }
  end
  -- A report may have shown a holder of what was being destroyed already.
  if it.state == 'destroying' then return refusal('volume_in_use', name, holders) end
  if it.state ~= 'draining' then
    ledger.drain_volume(name, drain.write(not still_creating(it), arg.now_ms, unit.terms), 'volume_draining', unit.cause)
  end
  return { 'done', it.generation, holders }
end
