--! keys: meta volumes history holders...
--! args: run epoch seen_revision now_ms deadline_ms trace history_length by reported_volumes reported_holders words...
--! include: too-late holder-book ledger pass-fence volume holder still-creating made destroy-unused sorted

-- Takes an agent's report as the truth about what exists and runs; afterwards the store is verified in this epoch. In order: volumes as
-- reported; holders as reported; known holders that are not reported released; known volumes that are neither reported nor held gone;
-- then what waited to be unused, and is, destroyed. `by`: on whose behalf the report was asked for, or empty.
-- `words`: the names of the volumes whose holders keys are given, in their order. If the ledger knows others that are not
-- gone, nothing happens and they are named: the caller repeats with their keys.
-- Replies: reconciled revision destroying… draining… difference… (lists; a volume: name generation drain; a difference: change volume
--   holder cause)
--   | undeclared volume… | stale_epoch revision verified|unverified highest | too_late

if too_late() then return { 'too_late' } end

ledger.open()
ledger.read_all()
local undeclared = { 'undeclared' }
for name in pairs(ledger.existing()) do
  if not holder_book.has(name) then undeclared[#undeclared + 1] = name end
end
if #undeclared > 1 then return undeclared end

local stale = pass_fence()
if stale then return stale end

local function exists(name)
  local it = ledger.volume(name)
  return it and it.state ~= 'gone'
end

local reported_volumes, reported_holders = cjson.decode(arg.reported_volumes), cjson.decode(arg.reported_holders)
-- By volume; by volume and holder.
local is_reported, is_held = {}, {}
local orphans = {}

local function take_volumes()
  for _, report in ipairs(reported_volumes) do
    local name = report.volume
    is_reported[name] = true
    if not exists(name) then
      ledger.add_volume(name, 'ready', report.origin, report.body, 'volume_added', 'agent_reported')
    else
      local it = ledger.volume(name)
      if it.body ~= report.body then
        ledger.put_volume(name, volume.new(it.state, it.generation, it.origin, report.body, it.drain), 'volume_updated', 'agent_reported')
      end
      made(name, 'agent_reported')
    end
  end
end

local function take_holders()
  for _, report in ipairs(reported_holders) do
    for _, held in ipairs(report.volumes) do
      local name, id = held.volume, report.holder
      is_held[name] = is_held[name] or {}
      is_held[name][id] = true
      local text = holder.write(report.facts, held.mode, report.state, arg.now_ms)
      local known_text = exists(name) and ledger.holder(name, id)
      if not exists(name) then
        orphans[#orphans + 1] = { 'holder_without_volume', name, text, '' }
      elseif not known_text then
        ledger.hold(name, id, text, 'agent_reported')
      else
        local known = holder.read(known_text)
        if known.state ~= report.state or known.mode ~= held.mode or known.facts ~= report.facts then
          ledger.update_holder(name, id, holder.write(report.facts, held.mode, report.state, known.since_ms), 'holder_updated', 'agent_reported')
        end
      end
    end
  end
end

-- Only what is to be changed is put in order: most reports change nothing.
local function release_unreported()
  local unreported = {}
  for name in pairs(ledger.existing()) do
    for id, text in pairs(ledger.holders(name)) do
      if not (is_held[name] and is_held[name][id]) then
        unreported[name] = unreported[name] or {}
        unreported[name][id] = text
      end
    end
  end
  for _, name in ipairs(sorted(unreported)) do
    for _, id in ipairs(sorted(unreported[name])) do ledger.release(name, id, unreported[name][id], 'not_reported') end
  end
end

local function buried_as(it)
  if still_creating(it) then return 'never_made' end
  return it.state == 'destroying' and 'deleted_before' or 'lost_by_agent'
end

-- A volume that a reported task holds is kept even if the agent does not report it: when in doubt, hold on.
local function bury_unreported()
  local unreported = {}
  for name, it in pairs(ledger.existing()) do
    if not is_reported[name] and ledger.count_holders(name) == 0 then unreported[name] = it end
  end
  for _, name in ipairs(sorted(unreported)) do ledger.move_volume(name, 'gone', 'volume_gone', buried_as(unreported[name])) end
end

-- Destroys what waited to be unused, and is. Replies what is being destroyed and nobody turns out to hold, and what still waits.
local function destroy_drained()
  local leaving, destroying, draining = {}, {}, {}
  for name, it in pairs(ledger.existing()) do
    if it.state == 'draining' or it.state == 'destroying' then leaving[name] = it end
  end
  for _, name in ipairs(sorted(leaving)) do
    destroy_unused(name)
    local it = ledger.volume(name)
    local words = { name, it.generation, it.drain or '' }
    if it.state == 'draining' then
      draining[#draining + 1] = words
    elseif ledger.count_holders(name) == 0 then
      destroying[#destroying + 1] = words
    end
  end
  return destroying, draining
end

ledger.by = arg.by
take_volumes()
take_holders()
release_unreported()
bury_unreported()
ledger.verify()
local destroying, draining = destroy_drained()
ledger.write()

local differences = {}
for i, entry in ipairs(ledger.entries) do differences[i] = { entry.change, entry.volume, entry.holder or '', entry.cause or '' } end
for _, orphan in ipairs(orphans) do differences[#differences + 1] = orphan end
return { 'reconciled', ledger.revision, destroying, draining, differences }
