--! include: ledger drain still-creating

-- The agent has the volume; past `creating` that was known before, unless a destroy waited already. That goes on waiting.

return function(name, cause)
  local it = ledger.volume(name)
  if not still_creating(it) then return end
  if it.state == 'creating' then return ledger.move_volume(name, 'ready', 'volume_ready', cause) end
  local known = drain.read(it.drain)
  ledger.drain_volume(name, drain.write(true, known.since_ms, known.terms), 'volume_ready', cause)
end
