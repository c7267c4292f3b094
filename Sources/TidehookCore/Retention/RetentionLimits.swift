// How long what has ended is kept, and what that means for one event. Pure: time and facts are passed in.

/// How long events are kept, by what became of their deliveries. `nil` is for ever.
public struct RetentionLimits: Sendable, Equatable {
  /// What there is a limit for. Raw values are the keys of the settings, without `_days`.
  public enum Kind: String, Sendable, CaseIterable {
    /// Deliveries that were delivered.
    case delivered
    /// Deliveries that a pipeline dropped.
    case filtered
    /// Deliveries that failed for good.
    case dead
    /// Deliveries that were cancelled.
    case cancelled
    /// Deliveries of inactive webhooks: they are cancelled when they were held for so long, and go when cancelled ones go.
    case held
    /// Events without deliveries.
    case events
  }

  private var limits: [Kind: Duration]

  /// What holds unless something else is set: 90 days for what somebody may want to look into or replay, 30 for the rest.
  public static let standard = RetentionLimits([
    .delivered: .days(30), .filtered: .days(30), .dead: .days(90), .cancelled: .days(90), .held: .days(90), .events: .days(30),
  ])

  /// Makes limits; what is not among them is kept for ever.
  public init(_ limits: [Kind: Duration] = [:]) {
    self.limits = limits
  }

  /// How long one kind is kept.
  public subscript(kind: Kind) -> Duration? {
    get { limits[kind] }
    set { limits[kind] = newValue }
  }

  /// The shortest of them: nothing younger needs to be looked at. `nil` when all is kept for ever.
  public var shortest: Duration? { limits.values.min() }

  /// What is to become of an event.
  ///
  /// It goes when each of its deliveries may go, which each may when it has been in its state for as long as the state's limit says. What is
  /// pending or retrying never may.
  public func verdict(on event: StoredEvent, at now: Timestamp) -> RetentionVerdict {
    func isOver(_ kind: Kind, since: Timestamp) -> Bool { limits[kind].map { since + $0 <= now } ?? false }
    guard !event.deliveries.isEmpty else { return isOver(.events, since: event.acceptedAt) ? .remove : .keep }
    let expired = event.deliveries.filter { $0.state == .held && isOver(.held, since: $0.updatedAt) }
    guard expired.isEmpty else { return .expire(expired.map(\.key)) }
    let mayGo = event.deliveries.allSatisfy { delivery in
      Kind(ended: delivery.state).map { isOver($0, since: delivery.updatedAt) } ?? false
    }
    return mayGo ? .remove : .keep
  }

  /// Since when ``verdict(on:at:)`` has not been to keep an event, or when that will begin; `nil` for never, as it is now.
  public func due(_ event: StoredEvent) -> Timestamp? {
    guard !event.deliveries.isEmpty else { return limits[.events].map { event.acceptedAt + $0 } }
    let held = event.deliveries.filter { $0.state == .held }
    guard held.isEmpty else { return limits[.held].flatMap { limit in held.map { $0.updatedAt + limit }.min() } }
    let ends = event.deliveries.map { delivery in Kind(ended: delivery.state).flatMap { limits[$0] }.map { delivery.updatedAt + $0 } }
    return ends.contains(nil) ? nil : ends.compactMap(\.self).max()
  }
}

extension RetentionLimits.Kind {
  /// The kind of deliveries in a state; `nil` for those that have not ended.
  fileprivate init?(ended state: DeliveryState) {
    switch state {
    case .pending, .retrying, .held: return nil
    case .delivered: self = .delivered
    case .filtered: self = .filtered
    case .dead: self = .dead
    case .cancelled: self = .cancelled
    }
  }
}

/// What is to become of an event by its age.
public enum RetentionVerdict: Sendable, Equatable {
  /// It stays.
  case keep
  /// It goes, with all that belongs to it.
  case remove
  /// It stays for now; these of its deliveries, by their keys, were held for too long and are cancelled.
  case expire([Int64])
}

/// An event as far as its retention depends on it.
public struct StoredEvent: Sendable, Equatable {
  /// A delivery as far as its retention depends on it.
  public struct Delivery: Sendable, Equatable {
    /// Its key.
    public var key: Int64
    /// Where it stands.
    public var state: DeliveryState
    /// Since when.
    public var updatedAt: Timestamp

    /// Makes a delivery of its parts.
    public init(key: Int64, state: DeliveryState, updatedAt: Timestamp) {
      self.key = key
      self.state = state
      self.updatedAt = updatedAt
    }
  }

  /// Its key.
  public var key: Int64
  /// When it was accepted.
  public var acceptedAt: Timestamp
  /// Its deliveries.
  public var deliveries: [Delivery]

  /// Makes an event of its parts.
  public init(key: Int64, acceptedAt: Timestamp, deliveries: [Delivery]) {
    self.key = key
    self.acceptedAt = acceptedAt
    self.deliveries = deliveries
  }

  /// Whether nothing is left to do for it: what is open or held is kept however little room there is.
  public var isFinished: Bool { deliveries.allSatisfy { !$0.state.isOpen && $0.state != .held } }
}

extension Duration {
  /// Whole days.
  static func days(_ count: Int64) -> Duration { .seconds(count * 86_400) }
}
