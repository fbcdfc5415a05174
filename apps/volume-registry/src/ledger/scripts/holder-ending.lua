--! include: ledger holder

-- The task is over for its framework, its process not yet known to be gone (architecture 11.1). One who holds nothing has ended already.
-- Replies: done

return function(unit)
  for _, name in ipairs(unit.volumes) do
    local text = ledger.holder(name, unit.holder)
    local known = text and holder.read(text)
    if known and known.state ~= 'ending' then
      ledger.update_holder(name, unit.holder, holder.write(known.facts, known.mode, 'ending', known.since_ms), 'holder_ending')
    end
  end
  return { 'done' }
end
