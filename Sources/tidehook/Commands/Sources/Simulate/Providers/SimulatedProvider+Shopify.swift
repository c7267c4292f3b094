// Shopify's webhooks.

import TidehookCore

extension SimulatedProvider {
  static let shopify = SimulatedProvider(
    "shopify", .shopify,
    samples: [
      RequestSample(
        "orders/create",
        #"""
        {"id":820982911946154508,"admin_graphql_api_id":"gid://shopify/Order/820982911946154508","name":"#1042","email":"ada@example.com",
        "created_at":"{{time}}","currency":"USD","total_price":"49.00","financial_status":"paid","fulfillment_status":null,
        "customer":{"id":115310627314723954,"email":"ada@example.com","first_name":"Ada"},
        "line_items":[{"id":866550311766439020,"title":"Tide table","quantity":1,"price":"49.00","sku":"TIDE-1"}]}
        """#),
      RequestSample(
        "products/update",
        #"""
        {"id":788032119674292922,"title":"Tide table","vendor":"Tide","product_type":"Print","status":"active","updated_at":"{{time}}",
        "variants":[{"id":642667041472713922,"price":"49.00","sku":"TIDE-1","inventory_quantity":12}],"tags":"print, sea"}
        """#),
      RequestSample("app/uninstalled", #"{"id":548380009,"name":"Tide Shop","domain":"tide-shop.example.com","email":"ada@example.com"}"#),
    ]
  ) { event, id in
    [
      HeaderField("User-Agent", "Shopify-Captain-Hook"), HeaderField("X-Shopify-Topic", event),
      HeaderField("X-Shopify-Shop-Domain", "tide-shop.myshopify.com"), HeaderField("X-Shopify-API-Version", "2026-04"),
      HeaderField("X-Shopify-Webhook-Id", id.uuid), HeaderField("X-Shopify-Event-Id", id.uuid),
      HeaderField("X-Shopify-Triggered-At", id.now.rfc3339),
    ]
  }
}
