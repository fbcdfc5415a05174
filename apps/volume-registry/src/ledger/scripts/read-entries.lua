--! keys: history
--! args: after limit

-- One page of the history after a revision, and how far the history goes, at one instant.
-- Entries after `after` are gone if the history has ever been trimmed and begins later than at the next revision. A gap alone says
-- nothing: after lost writes revisions go on above all that were seen. Where both come together, nobody can tell, and it says `trimmed`.
-- Replies: read last entry… | trimmed oldest

if redis.call('EXISTS', key.history) == 0 then return { 'read', 0 } end

local info, flat = {}, redis.call('XINFO', 'STREAM', key.history)
for i = 1, #flat, 2 do info[flat[i]] = flat[i + 1] end

local function revision(id)
  return tonumber(string.match(id, '^%d+'))
end

local last = revision(info['last-generated-id'])
local oldest = info.length > 0 and revision(info['first-entry'][1]) or last + 1
if info['entries-added'] ~= info.length and oldest > tonumber(arg.after) + 1 then return { 'trimmed', oldest } end

local read = redis.call('XRANGE', key.history, '(' .. arg.after .. '-0', '+', 'COUNT', arg.limit)
table.insert(read, 1, last)
table.insert(read, 1, 'read')
return read
