// What holds a webhook's lane back, as answers show it.

import TidehookCore

extension JSONWriter {
  /// Writes the members of a lane's state. A breaker that nobody has used yet is closed.
  mutating func laneState(of webhook: Webhook) {
    let hasBreaker = webhook.breaker != nil
    key("breaker_state")
    optional(hasBreaker ? (webhook.laneState.breaker ?? .closed).rawValue : nil)
    key("breaker_since")
    optional(hasBreaker ? (webhook.laneState.breakerSince ?? webhook.updatedAt).rfc3339 : nil)
    key("backoff_until")
    optional(webhook.laneState.backoffUntil?.rfc3339)
    key("rate_limited_until")
    optional(webhook.laneState.rateLimitedUntil?.rfc3339)
  }
}
