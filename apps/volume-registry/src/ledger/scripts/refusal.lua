--! include: ledger

-- A unit's no: its word, the revision at which it was decided, and its facts.

return function(word, ...)
  return { word, ledger.revision, ... }
end
