--! keys: meta volumes history holders...
--! args: run epoch seen_revision now_ms deadline_ms trace history_length units words...
--! include: too-late ledger pass-fence unit answer

-- Carries out one ledger transaction: its units in order, each all or nothing, each on what the earlier ones left.
-- `words`: the names of the volumes whose holders keys are given, in their order; then `units` units, as unit.lua reads them.
-- Replies: applied revision verified|unverified (list of answers) | stale_epoch revision verified|unverified highest | too_late
-- An answer: done [generation] [facts] | dependency_refused revision unit | (what the unit's file says, with the revision after the word)

if too_late() then return { 'too_late' } end
ledger.open()
local stale = pass_fence()
if stale then return stale end

local units = {}
for i = 1, tonumber(arg.units) do units[i] = unit() end
local answers = answer(units)
ledger.write()
return { 'applied', ledger.revision, ledger.standing(), answers }
