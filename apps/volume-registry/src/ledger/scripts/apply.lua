--! keys: meta volumes history holders...
--! args: epoch seen_revision now_ms deadline_ms trace history_length volumes units
--! include: too-late ledger pass-fence refusal create-volume confirm-created create-failed acquire-volumes holder-running holder-ending release-volumes destroy-volume resize-volume volume-gone

-- Carries out one ledger transaction: its units in order, each all or nothing, each on what the earlier ones left.
-- `volumes`: the names of the volumes whose holders keys are given, in their order (JSON). `units`: what to do (JSON, see unit-words.ts).
-- `requires` names earlier units, counted from 0, that must have been done; `together` = n: this and the next n - 1 stand or fall as one.
-- Replies: applied revision verified|unverified (list of answers) | stale_epoch revision verified|unverified highest | too_late
-- An answer: done [generation] | dependency_refused revision unit | (what the unit's file says, with the revision after the word)

if too_late() then return { 'too_late' } end
local stale = pass_fence()
if stale then return stale end

local RULE = {
  create_volume = create_volume,
  confirm_created = confirm_created,
  create_failed = create_failed,
  acquire_volumes = acquire_volumes,
  holder_running = holder_running,
  holder_ending = holder_ending,
  release_volumes = release_volumes,
  destroy_volume = destroy_volume,
  resize_volume = resize_volume,
  volume_gone = volume_gone,
}

-- One per unit, in order.
local answers = {}

local function first_missing(requires)
  for _, index in ipairs(requires or {}) do
    local earlier = answers[index + 1]
    if not earlier or earlier[1] ~= 'done' then return index end
  end
  return nil
end

local function answer(unit)
  local missing = first_missing(unit.requires)
  return missing and refusal('dependency_refused', missing) or RULE[unit.kind](unit)
end

-- Units that stand or fall as one: if any is refused, those that were done are undone, and refused because of the first that was.
local function answer_together(first, last, units)
  local beginning = ledger.begin()
  local refused
  for i = first, last do
    answers[i] = answer(units[i])
    if answers[i][1] ~= 'done' then refused = refused or i end
  end
  if not refused then return end
  ledger.back_to(beginning)
  for i = first, last do
    if answers[i][1] == 'done' then answers[i] = refusal('dependency_refused', refused - 1) else answers[i][2] = ledger.revision end
  end
end

local units = cjson.decode(arg.units)
while #answers < #units do
  local first = #answers + 1
  local size = units[first].together or 1
  if size > 1 then
    answer_together(first, math.min(#units, first + size - 1), units)
  else
    answers[first] = answer(units[first])
  end
end
ledger.write()
return { 'applied', ledger.revision, ledger.standing(), answers }
