-- Changes of Lua tables that can be undone, since the last `begin`. Before the first one of a call nothing is remembered.

local journal = {}
local changes

function journal.set(of, field, value)
  if changes then changes[#changes + 1] = { of, field, of[field] } end
  of[field] = value
end

-- Begins a call: what an earlier one remembered is of no use any more.
function journal.open()
  changes = nil
end

function journal.begin()
  changes = {}
end

function journal.undo()
  for i = #changes, 1, -1 do
    local change = changes[i]
    change[1][change[2]] = change[3]
  end
end

return journal
