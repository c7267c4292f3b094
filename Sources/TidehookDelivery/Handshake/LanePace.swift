// How fast a lane may go, by its webhook and by what its receiver agreed to.

package import TidehookCore

/// A lane's bounds.
package struct LanePace: Equatable {
  /// How many requests may be under way at once.
  package let maxInFlight: Int
  /// How often one may begin, by the webhook's own limit.
  package let rateLimit: RateLimit?
  /// What its receiver said, which bounds all lanes that go there; `nil` where nobody is asked.
  package let consent: ReceiverConsent?

  /// Decides the bounds: until its receiver has agreed, a lane tries one delivery at a time.
  package init(of webhook: Webhook, _ handshake: HandshakeState) {
    rateLimit = webhook.rateLimit
    guard webhook.handshake != nil else {
      (maxInFlight, consent) = (webhook.maxInFlight, nil)
      return
    }
    consent = ReceiverConsent(url: webhook.url, state: handshake)
    maxInFlight =
      switch handshake {
      case .pending, .refused: 1
      case .agreed: webhook.maxInFlight
      }
  }
}
