-- Cuts texts to the lengths that providers take, and says in the attempt's log that it did.
local limits = {}

local LEAST = 100   -- bytes of a text that are worth sending

local function wide(s)
  local _, count = s:gsub("[\xF0-\xF7]", "")
  return count
end

-- Length in UTF-16 code units, as providers with JavaScript or Java behind them count: characters beyond U+FFFF, of four bytes, are two.
function limits.units(s)
  local length = text.length(s)
  return #s - length < 3 and length or length + wide(s)
end

-- Returns the beginning of `s` with at most `most` UTF-16 code units.
function limits.head(s, most)
  if #s <= most then return s end
  local kept = text.truncate(s, most, "")
  local length = text.length(kept)
  if length + (#kept - length) // 3 <= most then return kept end
  local over = limits.units(kept) - most
  if over <= 0 then return kept end
  -- So many characters are too many in any case, and without so many it fits in any case: only those between have to be looked at.
  kept = text.truncate(kept, length - (over + 1) // 2, "")
  local safe = text.truncate(kept, length - over, "")
  return safe .. limits.head(kept:sub(#safe + 1), most - limits.units(safe))
end

-- Returns `s` with at most `most` UTF-16 code units, the last one an ellipsis when something was left out. `what` is what the log calls it;
-- without it, the log says nothing.
function limits.cut(s, most, what)
  local kept = limits.head(s, most)
  if #kept == #s then return s end
  if what then log.info(what .. " cut to " .. most .. " characters") end
  return limits.head(kept, most - 1) .. "…"
end

-- The same for providers that count characters, however they are stored.
function limits.cut_characters(s, most, what)
  if text.length(s) <= most then return s end
  if what then log.info(what .. " cut to " .. most .. " characters") end
  return text.truncate(s, most)
end

-- Returns `s` cut to at most `most` bytes between two characters, the ellipsis counted.
function limits.cut_bytes(s, most)
  if #s <= most then return s end
  local last = math.max(most - #"…", 0)
  while last > 0 and s:byte(last + 1) >= 0x80 and s:byte(last + 1) < 0xC0 do last = last - 1 end
  return s:sub(1, last) .. "…"
end

-- Returns `s` cut so that it takes at most `most` bytes within a JSON text.
function limits.cut_json(s, most)
  s = limits.cut_bytes(s, most)
  local size = #json.encode(s) - 2
  while size > most do
    s = limits.cut_bytes(s, math.min(#s * most // size, #s - 1))
    size = #json.encode(s) - 2
  end
  return s
end

-- The bytes of a value as JSON; more than any number when a script may not write so much.
local function json_size(value)
  local ok, written = pcall(json.encode, value)
  return ok and #written or math.huge
end

-- Shortens texts until `body` takes at most `most` bytes of JSON: of each of `places`, {table, member}, in turn, as much as is needed, but
-- not below 100 bytes. `cut(s, bytes)` cuts one, by default `limits.cut_json`. Returns whether it fits, and whether something was cut.
function limits.fit(body, most, places, cut)
  local size, was_cut = json_size(body), false
  for _, place in ipairs(places) do
    if size <= most then break end
    local owner, member = place[1], place[2]
    local room = json_size(owner[member]) - 2 - (size - most)
    room = math.max(room > 0 and room // 1 or 0, LEAST)
    if json_size(owner[member]) - 2 > room then
      owner[member], was_cut = (cut or limits.cut_json)(owner[member], room), true
      size = json_size(body)
    end
  end
  return size <= most, was_cut
end

return limits
