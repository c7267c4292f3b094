-- expect: ok {"body":"string","first":"table","json":"table"}
-- entry: receive
local kept = {}
function receive(request)
  local first = next(kept) == nil and type(request.json) or "kept"
  kept[request] = request.json
  request.json.data.secret = "left behind"
  rawset(request, "path", request.body)
  return { event = "a.b", data = { first = first, body = type(request.body), json = type(kept[request]) } }
end
