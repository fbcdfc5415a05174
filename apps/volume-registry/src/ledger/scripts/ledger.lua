--! include: journal volume holder-book

-- The books of one store during one call. Rules change them here; Redis is written once, at the end (`write`), when nothing can fail any
-- more: a script that breaks off, or units that are undone, leave no trace. Each change adds one entry to the history and raises the
-- revision by one. The history's ids are the revisions, so `XRANGE 12 20` reads by revision.

local ledger = { entries = {} }

-- Lua's own way of writing numbers rounds to 14 digits.
local function whole(number)
  return string.format('%.0f', number)
end

local meta = redis.call('HMGET', key.meta, 'epoch', 'revision', 'verified_epoch')
ledger.epoch = tonumber(meta[1]) or 0
ledger.revision = tonumber(meta[2])
ledger.verified_epoch = tonumber(meta[3])
if not ledger.revision then
  -- A new store; or its meta key was lost while its history was not, and the history takes no id twice.
  local last = redis.call('XREVRANGE', key.history, '+', '-', 'COUNT', 1)[1]
  ledger.revision = last and tonumber(string.match(last[1], '^%d+')) or 0
end

function ledger.is_verified()
  return ledger.verified_epoch == ledger.epoch
end

-- 'verified' or 'unverified', for the answer.
function ledger.standing()
  return ledger.is_verified() and 'verified' or 'unverified'
end

-- By name; false: there is none. `changed`: names to write.
local volumes, changed = {}, {}
for _, name in ipairs(holder_book.names) do
  local text = redis.call('HGET', key.volumes, name)
  volumes[name] = text and volume.read(text)
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
    revision = ledger.revision, holder = text, cause = cause ~= '' and cause or nil }
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
  ledger.put_volume(name, volume.new(state, it.generation, it.origin, it.body), change, cause)
end

-- The text of one holder of a volume, or false.
ledger.holder = holder_book.get
-- The texts of all holders of a volume, by id.
ledger.holders = holder_book.all

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

local fields = { 'change', nil, 'volume', nil, 'generation', nil, 'at_ms', arg.now_ms, 'epoch', arg.epoch }

local function write_entry(entry)
  fields[2], fields[4], fields[6] = entry.change, entry.volume, entry.generation
  local last = 10
  if entry.holder then
    fields[11], fields[12], last = 'holder', entry.holder, 12
  end
  if entry.cause then
    fields[last + 1], fields[last + 2], last = 'cause', entry.cause, last + 2
  end
  if arg.trace ~= '' then
    fields[last + 1], fields[last + 2], last = 'trace', arg.trace, last + 2
  end
  redis.call('XADD', key.history, 'MAXLEN', '~', arg.history_length, whole(entry.revision) .. '-0', unpack(fields, 1, last))
end

-- The last thing a call does. The history comes first: it alone could still be refused, and then nothing has been written.
function ledger.write()
  for _, entry in ipairs(ledger.entries) do write_entry(entry) end
  for name in pairs(changed) do
    if volumes[name] then redis.call('HSET', key.volumes, name, volume.write(volumes[name])) end
  end
  holder_book.write()

  local epoch, revision, verified = whole(ledger.epoch), whole(ledger.revision), ledger.verified_epoch and whole(ledger.verified_epoch)
  if meta[1] ~= epoch or meta[2] ~= revision then redis.call('HSET', key.meta, 'epoch', epoch, 'revision', revision) end
  if verified and meta[3] ~= verified then redis.call('HSET', key.meta, 'verified_epoch', verified) end
  if meta[3] and not verified then redis.call('HDEL', key.meta, 'verified_epoch') end
end

return ledger
