-- The keys of a table by the order of their bytes, whatever the server's locale says: `<` on strings follows the locale.

local BLOCK = 16

local function before(a, b)
  local at = 1
  -- Most of what is sorted here begins alike.
  while at <= #a and string.sub(a, at, at + BLOCK - 1) == string.sub(b, at, at + BLOCK - 1) do at = at + BLOCK end
  for i = at, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

return function(by_name)
  local names = {}
  for name in pairs(by_name) do names[#names + 1] = name end
  table.sort(names, before)
  return names
end
