-- Makes an event of each webhook of Shopify: shopify.<topic>, the shop beside what the topic is about.
-- Example Input:  {"method":"POST","headers":{"x-shopify-topic":"orders/create"},"body":"{\"id\":1}"}
-- Example Output: [{"event":"shopify.orders.create","data":{"id":1}}]
local source = require("lib.source")

local function receive(request, ctx)
  local topic = request.headers["x-shopify-topic"]
  if not topic then return source.missing("the header X-Shopify-Topic") end
  local data, status, problem = source.object(request)
  if not data then return nil, status, problem end
  -- The body does not say which shop it is of.
  if data.shop_domain == nil then data.shop_domain = request.headers["x-shopify-shop-domain"] end
  return {
    id = source.id(ctx, request.headers["x-shopify-webhook-id"]),
    event = source.type("shopify", (topic:gsub("/", "."))),
    timestamp = source.time(request.headers["x-shopify-triggered-at"]),
    data = data,
  }
end

return {
  name = "from-shopify",
  version = "1.0.0",
  summary = "Takes Shopify's webhooks: shopify.orders.create and all others.",
  kind = "source",
  verify = { scheme = "shopify" },
  dedupe = { header = "X-Shopify-Webhook-Id" },
  receive = receive,
}
