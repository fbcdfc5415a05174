--! include: ledger

-- Destroys a volume whose destroy waits, if nobody holds it any more; replies whether it did. A big volume must not make the release of
-- one holder slow, so its holders are counted, not read.

return function(name)
  if ledger.volume(name).state ~= 'draining' or ledger.count_holders(name) > 0 then return false end
  ledger.move_volume(name, 'destroying', 'volume_destroying', 'unused')
  return true
end
