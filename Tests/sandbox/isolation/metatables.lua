-- expect: ok {"array":"nil","calls":1,"shared":0}
-- Metatables that values of different calls share are not handed out.
local calls = 0
function transform(event, ctx)
  calls = calls + 1
  local list = json.array({ 1 })
  local shared = 0
  local function look(v)
    local mt = getmetatable(v)
    if type(mt) == "table" then mt.seen = (mt.seen or 0) + 1 shared = shared + 1 end
  end
  look(list) look(event.data.tags) look(event) look(ctx) look(ctx.options) look(json.decode("[[]]")) look(json.null) look(1) look(true) look(print)
  look(function() end) look(coroutine.create(print))
  return { calls = calls, shared = shared, array = type(getmetatable(list)) }
end
