// How fast a lane may go, by its webhook and by what its receiver agreed to.

package import TidehookCore

/// A lane's bounds.
package struct LanePace: Equatable {
  /// How many requests may be under way at once.
  package let maxInFlight: Int
  /// How often one may begin.
  package let rateLimit: RateLimit?

  /// Decides the bounds: until its receiver has agreed, a lane tries one delivery at a time.
  package init(of webhook: Webhook, _ handshake: HandshakeState) {
    guard webhook.handshake != nil else {
      (maxInFlight, rateLimit) = (webhook.maxInFlight, webhook.rateLimit)
      return
    }
    switch handshake {
    case .pending, .refused: (maxInFlight, rateLimit) = (1, webhook.rateLimit)
    case .agreed(nil): (maxInFlight, rateLimit) = (webhook.maxInFlight, webhook.rateLimit)
    case .agreed(let rate?):
      let agreed = Self.limit(perMinute: rate)
      (maxInFlight, rateLimit) = (webhook.maxInFlight, webhook.rateLimit.map { $0.lower(of: agreed) } ?? agreed)
    }
  }

  /// Requests per minute, evenly: a burst would put more than that into some minute. A tenth of a second's worth may come at once, because no
  /// clock is exact.
  private static func limit(perMinute rate: Int) -> RateLimit {
    RateLimit(count: rate, perSeconds: 60, burst: max(1, rate / 600))
  }
}
