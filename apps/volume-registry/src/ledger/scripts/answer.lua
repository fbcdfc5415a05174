--! include: ledger refusal create-volume confirm-created create-failed acquire-volumes holder-running holder-ending release-volumes destroy-volume drain-volume cancel-destroy resize-volume volume-gone

-- Answers units, in order: one answer for each. `requires` names earlier ones, counted from 0, that must have been done; `together` = n: this
-- and the next n - 1 stand or fall as one.

local RULE = {
  create_volume = create_volume,
  confirm_created = confirm_created,
  create_failed = create_failed,
  acquire_volumes = acquire_volumes,
  holder_running = holder_running,
  holder_ending = holder_ending,
  release_volumes = release_volumes,
  destroy_volume = destroy_volume,
  drain_volume = drain_volume,
  cancel_destroy = cancel_destroy,
  resize_volume = resize_volume,
  volume_gone = volume_gone,
}

local function first_missing(requires, answers)
  for _, index in ipairs(requires) do
    local earlier = answers[index + 1]
    if not earlier or earlier[1] ~= 'done' then return index end
  end
  return nil
end

local function answer(unit, answers)
  local missing = unit.requires and first_missing(unit.requires, answers)
  if missing then return refusal('dependency_refused', missing) end
  ledger.by = unit.by
  return RULE[unit.kind](unit)
end

-- If any of them is refused, those that were done are undone, and refused because of the first that was.
local function answer_together(units, first, last, answers)
  local beginning = ledger.begin()
  local refused
  for i = first, last do
    answers[i] = answer(units[i], answers)
    if answers[i][1] ~= 'done' then refused = refused or i end
  end
  if not refused then return end
  ledger.back_to(beginning)
  for i = first, last do
    if answers[i][1] == 'done' then answers[i] = refusal('dependency_refused', refused - 1) else answers[i][2] = ledger.revision end
  end
end

return function(units)
  local answers = {}
  local first = 1
  while first <= #units do
    local last = math.min(#units, first + math.max(1, units[first].together or 1) - 1)
    if last > first then answer_together(units, first, last, answers) else answers[first] = answer(units[first], answers) end
    first = last + 1
  end
  return answers
end
