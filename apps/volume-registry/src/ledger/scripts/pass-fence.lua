--! include: ledger

-- What every call passes first. An epoch below the highest seen: refused, nothing changes. Above it: becomes the fence, and what was
-- verified in an earlier epoch no longer is. A seen revision above the stored one: writes were lost; the store is unverified, and
-- revisions continue above it, so that none comes twice.
-- Replies: nil | stale_epoch revision verified|unverified highest

return function()
  local epoch, seen_revision = tonumber(arg.epoch), tonumber(arg.seen_revision)
  if epoch < ledger.epoch then return { 'stale_epoch', ledger.revision, ledger.standing(), ledger.epoch } end
  ledger.epoch = epoch
  if seen_revision > ledger.revision then
    ledger.revision = seen_revision
    ledger.verified_epoch = nil
  end
  return nil
end
