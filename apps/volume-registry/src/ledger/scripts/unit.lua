-- Reads units as unit-words.ts writes them: its kind, its place among the others (JSON, or empty for most), then the words of its kind in
-- the order that stands here.

local function names(word)
  local list = {}
  for i = 1, tonumber(word()) do list[i] = word() end
  return list
end

local function held_volumes(word)
  local list = {}
  for i = 1, tonumber(word()) do list[i] = { volume = word(), mode = word() } end
  return list
end

-- The fields of a table are evaluated in the order in which they stand.
local function read_fields(kind, word)
  if kind == 'acquire_volumes' then return { kind = kind, holder = word(), facts = word(), volumes = held_volumes(word) } end
  if kind == 'release_volumes' then return { kind = kind, holder = word(), cause = word(), by = word(), volumes = names(word) } end
  if kind == 'holder_running' or kind == 'holder_ending' then return { kind = kind, holder = word(), volumes = names(word) } end
  if kind == 'create_volume' then return { kind = kind, volume = word(), origin = word(), body = word() } end
  if kind == 'confirm_created' then return { kind = kind, volume = word(), generation = tonumber(word()) } end
  if kind == 'create_failed' or kind == 'volume_gone' then
    return { kind = kind, volume = word(), generation = tonumber(word()), cause = word() }
  end
  if kind == 'destroy_volume' then return { kind = kind, volume = word() } end
  if kind == 'drain_volume' then return { kind = kind, volume = word(), terms = word(), cause = word(), by = word() } end
  if kind == 'cancel_destroy' then
    return { kind = kind, volume = word(), generation = tonumber(word()), cause = word(), by = word() }
  end
  if kind == 'resize_volume' then return { kind = kind, volume = word(), form = word(), size_mb = word(), resource = word() } end
  error('no unit is of the kind ' .. tostring(kind))
end

-- The next unit.
return function()
  local word = arg.words
  local kind, place = word(), word()
  local unit = read_fields(kind, word)
  if place ~= '' then
    place = cjson.decode(place)
    unit.requires, unit.together = place.requires, place.together
  end
  return unit
end
