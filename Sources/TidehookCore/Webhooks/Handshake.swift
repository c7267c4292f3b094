// Whether a receiver must agree before it is sent anything, and what it said.

/// How a receiver is asked whether it wants a webhook's deliveries.
public enum HandshakeScheme: String, Sendable, Hashable, CaseIterable {
  /// The validation request of CloudEvents HTTP webhooks 1.0.2, section 4.
  case cloudEvents = "cloudevents"
}

/// Where the handshake of a webhook's revision stands on this node. It is not stored: a process asks again.
public enum HandshakeState: Sendable, Hashable {
  /// Nobody was asked yet; the first delivery asks.
  case pending
  /// The receiver agrees, to so many requests per minute; `nil` means any number.
  case agreed(ratePerMinute: Int?)
  /// The receiver did not agree; the next attempt asks again.
  case refused
}
