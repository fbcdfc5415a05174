--! keys: meta volumes history holders...
--! args: epoch seen_revision now_ms deadline_ms trace history_length volumes reported_volumes reported_holders
--! include: too-late holder-book ledger pass-fence volume holder sorted

-- Takes an agent's report as the truth about what exists and runs; afterwards the store is verified in this epoch. In order: volumes as
-- reported; holders as reported; known holders that are not reported released; known volumes that are neither reported nor held gone.
-- `volumes`: the names of the volumes whose holders keys are given, in their order (JSON). If the ledger knows others that are not
-- gone, nothing happens and they are named: the caller repeats with their keys.
-- Replies: reconciled revision destroying… difference… (two lists; a difference: change volume holder cause)
--   | undeclared volume… | stale_epoch revision verified|unverified highest | too_late

if too_late() then return { 'too_late' } end

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
        ledger.put_volume(name, volume.new(it.state, it.generation, it.origin, report.body), 'volume_updated', 'agent_reported')
      end
      if it.state == 'creating' then ledger.move_volume(name, 'ready', 'volume_ready', 'agent_reported') end
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

local BURIED = { creating = 'never_made', ready = 'lost_by_agent', draining = 'lost_by_agent', destroying = 'deleted_before' }

-- A volume that a reported task holds is kept even if the agent does not report it: when in doubt, hold on.
local function bury_unreported()
  local unreported, half_destroyed = {}, {}
  for name, it in pairs(ledger.existing()) do
    if next(ledger.holders(name)) == nil then
      if not is_reported[name] then unreported[name] = it elseif it.state == 'destroying' then half_destroyed[name] = it end
    end
  end
  for _, name in ipairs(sorted(unreported)) do ledger.move_volume(name, 'gone', 'volume_gone', BURIED[unreported[name].state]) end
  return sorted(half_destroyed)
end

take_volumes()
take_holders()
release_unreported()
local destroying = bury_unreported()
ledger.verified_epoch = ledger.epoch
ledger.write()

local differences = {}
for i, entry in ipairs(ledger.entries) do differences[i] = { entry.change, entry.volume, entry.holder or '', entry.cause or '' } end
for _, orphan in ipairs(orphans) do differences[#differences + 1] = orphan end
return { 'reconciled', ledger.revision, destroying, differences }
