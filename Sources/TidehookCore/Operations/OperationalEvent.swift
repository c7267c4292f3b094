// Events that Tidehook itself publishes, and the one seam through which every part does.

/// Something that happened to the gateway, for whoever operates it: an ordinary event of the namespace `tidehook`, once it is published.
///
/// What happens to deliveries of such events, and to webhooks of that namespace, makes none: see ``Webhook/isOperational``.
public struct OperationalEvent: Sendable, Hashable {
  /// What happened: `webhook.disabled`.
  public let type: EventType
  /// The facts, an object; never a secret, a body, or what code or a receiver said: an erasure does not look here.
  public let data: JSONValue

  /// Makes an event.
  public init(_ type: String, _ data: JSONValue) {
    self.type = EventType(stored: type)
    self.data = data
  }

  /// The request to publish it.
  public var request: PublishRequest { PublishRequest(type: type, namespace: .operational, data: data.bytes) }
}

/// Takes operational events. Consumers: every part that has something to tell.
public protocol OperationalEvents: Sendable {
  /// Takes an event, to be published soon; never waits and never fails. One that finds no room is dropped, and the log says so.
  func note(_ event: OperationalEvent)
}

extension Webhook {
  /// Whether it gets operational events: nothing that happens to it, or to what it delivers, may make another one.
  public var isOperational: Bool { namespace == .operational }
}
