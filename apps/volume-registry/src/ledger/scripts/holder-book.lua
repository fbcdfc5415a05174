--! include: journal

-- The holders of the volumes that a call names, as they are in Redis and as the call has changed them. Nothing is written before `write`.

-- By volume. `text`: by holder id; false: not there. `is_whole`: every holder that Redis knows is in `text`. `changed`: ids to write.
-- `grown`: how many holders there are more than Redis knows.
local books
local holder_book = {}

-- The names of the volumes come first among the words of a call.
function holder_book.open()
  books = {}
  local names = {}
  for i = 1, #key.holders do
    local name = arg.words()
    names[i] = name
    books[name] = { key = key.holders[i], text = {}, is_whole = false, changed = {}, grown = 0 }
  end
  holder_book.names = names
end

local function read_whole(book)
  if book.is_whole then return end
  local flat = redis.call('HGETALL', book.key)
  for i = 1, #flat, 2 do
    if book.text[flat[i]] == nil then book.text[flat[i]] = flat[i + 1] end
  end
  book.is_whole = true
end

function holder_book.has(name)
  return books[name] ~= nil
end

-- The text of one holder, or false.
function holder_book.get(name, id)
  local book = books[name]
  local text = book.text[id]
  if text == nil then
    text = not book.is_whole and redis.call('HGET', book.key, id) or false
    book.text[id] = text
  end
  return text
end

-- The texts of all holders, by id.
function holder_book.all(name)
  local book = books[name]
  read_whole(book)
  local there = {}
  for id, text in pairs(book.text) do there[id] = text or nil end
  return there
end

-- How many they are, without reading them.
function holder_book.count(name)
  local book = books[name]
  return redis.call('HLEN', book.key) + book.grown
end

-- `text`: false takes the holder out. To be asked of a holder that was looked for before.
function holder_book.set(name, id, text)
  local book = books[name]
  local before = book.text[id]
  if not text ~= not before then journal.set(book, 'grown', book.grown + (text and 1 or -1)) end
  journal.set(book.text, id, text)
  journal.set(book.changed, id, true)
end

-- Redis takes so many arguments at once from Lua with a margin.
local AT_ONCE = 1000

local function call_with_many(command, at, list)
  for first = 1, #list, AT_ONCE do redis.call(command, at, unpack(list, first, math.min(first + AT_ONCE - 1, #list))) end
end

function holder_book.write()
  for _, book in pairs(books) do
    local put, taken
    for id in pairs(book.changed) do
      local text = book.text[id]
      if text then
        put = put or {}
        put[#put + 1] = id
        put[#put + 1] = text
      else
        taken = taken or {}
        taken[#taken + 1] = id
      end
    end
    if put then call_with_many('HSET', book.key, put) end
    if taken then call_with_many('HDEL', book.key, taken) end
  end
end

return holder_book
