--! include: journal volume holder-book

-- The books of one store during one call. Rules change them here; Redis is written once, at the end (`write`), when nothing can fail any
-- more: a script that breaks off, or units that are undone, leave no trace. Each change adds one entry to the history and raises the
-- revision by one. The history's ids are the revisions, so `XRANGE 12 20` reads by revision.

-- `by`: the person on whose behalf changes are made from here on, or nil; stands in their entries.
local ledger = {}
-- What Redis knew before the call.
local known
-- By name; false: there is none. `changed`: names to write.
local volumes, changed

-- Begins a call: nothing of an earlier one is left.
function ledger.open()
  journal.open()
  holder_book.open()
  local meta = redis.call('HMGET', key.meta, 'epoch', 'revision', 'verified_epoch', 'verified_run')
  known = { epoch = tonumber(meta[1]), revision = tonumber(meta[2]), verified_epoch = tonumber(meta[3]), verified_run = meta[4] }
  ledger.entries, ledger.by = {}, nil
  ledger.epoch = known.epoch or 0
  ledger.revision = known.revision
  ledger.verified_epoch, ledger.verified_run = known.verified_epoch, known.verified_run
  if not ledger.revision then
    -- A new store; or its meta key was lost while its history was not, and the history takes no id twice.
    local last = redis.call('XREVRANGE', key.history, '+', '-', 'COUNT', 1)[1]
    ledger.revision = last and tonumber(string.match(last[1], '^%d+')) or 0
  end
  volumes, changed = {}, {}
  for _, name in ipairs(holder_book.names) do
    local text = redis.call('HGET', key.volumes, name)
    volumes[name] = text and volume.read(text)
  end
end

-- Its agent's report was reconciled in this epoch, and since this server was started. One that starts anew may have lost or, where its
-- file was torn in the middle of a change, gained half of one; no revision needs to show it.
function ledger.is_verified()
  return ledger.verified_epoch == ledger.epoch and ledger.verified_run == arg.run
end

function ledger.verify()
  ledger.verified_epoch, ledger.verified_run = ledger.epoch, arg.run
end

-- 'verified' or 'unverified', for the answer.
function ledger.standing()
  return ledger.is_verified() and 'verified' or 'unverified'
end

-- The volume of this name, tombstones included, or false. It is changed by `put_volume` only.
function ledger.volume(name)
  return volumes[name]
end

-- Reads every volume, tombstones included; before anything is changed.
function ledger.read_all()
  local flat = redis.call('HGETALL', key.volumes)
  for i = 1, #flat, 2 do volumes[flat[i]] = volume.read(flat[i + 1]) end
end

-- All volumes that were read and are not gone, by name.
function ledger.existing()
  local there = {}
  for name, it in pairs(volumes) do
    if it and it.state ~= 'gone' then there[name] = it end
  end
  return there
end

local function record(change, name, text, cause)
  ledger.revision = ledger.revision + 1
  ledger.entries[#ledger.entries + 1] = { change = change, volume = name, generation = volumes[name].generation,
    revision = ledger.revision, holder = text, cause = cause ~= '' and cause or nil, by = ledger.by ~= '' and ledger.by or nil }
end

function ledger.put_volume(name, it, change, cause)
  journal.set(volumes, name, it)
  journal.set(changed, name, true)
  record(change, name, nil, cause)
end

-- Puts a volume of this name where there is none, or only a tombstone; replies the generation.
function ledger.add_volume(name, state, origin, body, change, cause)
  local before = volumes[name]
  local generation = (before and before.generation or 0) + 1
  ledger.put_volume(name, volume.new(state, generation, origin, body), change, cause)
  return generation
end

function ledger.move_volume(name, state, change, cause)
  local it = volumes[name]
  local drain = state == 'destroying' and it.drain or nil
  ledger.put_volume(name, volume.new(state, it.generation, it.origin, it.body, drain), change, cause)
end

-- A destroy of it waits, on these terms (drain.lua).
function ledger.drain_volume(name, drain, change, cause)
  local it = volumes[name]
  ledger.put_volume(name, volume.new('draining', it.generation, it.origin, it.body, drain), change, cause)
end

-- The text of one holder of a volume, or false.
ledger.holder = holder_book.get
-- The texts of all holders of a volume, by id.
ledger.holders = holder_book.all
-- How many there are.
ledger.count_holders = holder_book.count

-- Adds a holder; one who is there already changes nothing (promise 6).
function ledger.hold(name, id, text, cause)
  if holder_book.get(name, id) then return end
  holder_book.set(name, id, text)
  record('volume_acquired', name, text, cause)
end

function ledger.update_holder(name, id, text, change, cause)
  holder_book.set(name, id, text)
  record(change, name, text, cause)
end

function ledger.release(name, id, text, cause)
  holder_book.set(name, id, false)
  record('volume_released', name, text, cause)
end

-- What is changed from here on can be undone.
function ledger.begin()
  journal.begin()
  return { revision = ledger.revision, entries = #ledger.entries }
end

function ledger.back_to(beginning)
  journal.undo()
  ledger.revision = beginning.revision
  for i = #ledger.entries, beginning.entries + 1, -1 do ledger.entries[i] = nil end
end

local fields = { 'change', nil, 'volume', nil, 'generation', nil, 'at_ms', nil, 'epoch', nil }

local function write_entry(entry)
  fields[2], fields[4], fields[6], fields[8], fields[10] = entry.change, entry.volume, entry.generation, arg.now_ms, arg.epoch
  local last = 10
  if entry.holder then
    fields[11], fields[12], last = 'holder', entry.holder, 12
  end
  if entry.cause then
    fields[last + 1], fields[last + 2], last = 'cause', entry.cause, last + 2
  end
  if entry.by then
    fields[last + 1], fields[last + 2], last = 'by', entry.by, last + 2
  end
  if arg.trace ~= '' then
    fields[last + 1], fields[last + 2], last = 'trace', arg.trace, last + 2
  end
  redis.call('XADD', key.history, 'MAXLEN', '~', arg.history_length, entry.revision, unpack(fields, 1, last))
end

-- The last thing a call does. The history comes first: it alone could still be refused, and then nothing has been written.
function ledger.write()
  for _, entry in ipairs(ledger.entries) do write_entry(entry) end
  for name in pairs(changed) do
    if volumes[name] then redis.call('HSET', key.volumes, name, volume.write(volumes[name])) end
  end
  holder_book.write()

  -- Numbers are handed over as such: Lua's own way of writing them rounds to 14 digits, Redis' does not.
  local verified = ledger.verified_epoch
  if known.revision ~= ledger.revision then redis.call('HSET', key.meta, 'revision', ledger.revision) end
  if known.epoch ~= ledger.epoch then redis.call('HSET', key.meta, 'epoch', ledger.epoch) end
  if verified and (known.verified_epoch ~= verified or known.verified_run ~= ledger.verified_run) then
    redis.call('HSET', key.meta, 'verified_epoch', verified, 'verified_run', ledger.verified_run)
  end
  if known.verified_epoch and not verified then redis.call('HDEL', key.meta, 'verified_epoch', 'verified_run') end
end

return ledger
