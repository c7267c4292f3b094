// What a replay that runs as a job is to deliver again, and the rules that say which deliveries and events those are.

/// What somebody asked to be replayed.
public struct ReplayRequest: Sendable, Equatable {
  /// For which webhook; `nil` for all that the key may see. Missing deliveries need one.
  public var webhook: WebhookID?
  /// Deliveries in one of these states; none when only missing ones are wanted.
  public var states: [DeliveryState]
  /// Whether events that the webhook wants as it is now, and that have no delivery for it, get one.
  public var includesMissing: Bool
  /// Only events of these types; empty for all.
  public var types: [EventPattern]
  /// Only events in this namespace.
  public var namespace: Namespace?
  /// Only deliveries made, or missing events accepted, at or after this time.
  public var since: Timestamp?
  /// Only deliveries made, or missing events accepted, before this time.
  public var until: Timestamp?
  /// Only deliveries whose reason or last failure has this text in it, upper and lower case alike.
  public var error: String?
  /// Only dead and retrying deliveries whose last attempt failed so.
  public var failure: FailureKind?
  /// What the replays run.
  public var versions: ReplayedVersions
  /// How many are made due in each second at most, 1...10 000.
  public var rate: Int
  /// The namespaces that the key of whoever asked is limited to; `nil` for no such limit.
  public var limits: [Namespace]?
  /// The namespaces that it is about: a key that is limited to others does not see it. `nil` for keys without limits alone.
  public var scope: [Namespace]?

  /// The rate that holds unless another one is asked for: a tenth of what a single core delivers, so that a receiver that just came back
  /// does not go down again.
  public static let defaultRate = 100
  /// The rates that can be asked for.
  public static let rates: ClosedRange<Int64> = 1...10_000
  /// The states that can be asked for: what is pending or held is delivered anyway, once its turn or its webhook comes.
  public static let replayableStates: [DeliveryState] = [.dead, .filtered, .cancelled, .delivered, .retrying]

  /// Makes a request; everything passes what is not set.
  public init(
    webhook: WebhookID? = nil, states: [DeliveryState] = [.dead], includesMissing: Bool = false, types: [EventPattern] = [],
    namespace: Namespace? = nil, since: Timestamp? = nil, until: Timestamp? = nil, error: String? = nil,
    failure: FailureKind? = nil, versions: ReplayedVersions = .current, rate: Int = ReplayRequest.defaultRate, limits: [Namespace]? = nil,
    scope: [Namespace]? = nil
  ) {
    self.webhook = webhook
    self.states = states
    self.includesMissing = includesMissing
    self.types = types
    self.namespace = namespace
    self.since = since
    self.until = until
    self.error = error
    self.failure = failure
    self.versions = versions
    self.rate = rate
    self.limits = limits
    self.scope = scope
  }
}

/// A delivery, or an event without one, that a replay may be about.
public struct ReplayCandidate: Sendable, Equatable {
  /// The delivery's id; for a missing one the event's key.
  public var key: TimeOrderedID
  /// The state of the delivery; `nil` for a missing one.
  public var state: DeliveryState?
  /// The delivery's reason.
  public var reason: String?
  /// What made it dead or made it wait for another attempt; `nil` in other states.
  public var failure: FailureKind?
  /// The event's id.
  public var eventID: EventID
  /// The event's type.
  public var type: EventType
  /// The event's namespace.
  public var namespace: Namespace
  /// When the delivery was made; for a missing one, when the event was accepted.
  public var at: Timestamp
  /// What the order of a missing delivery depends on (``Ordering``); `nil` when it is not ordered.
  public var orderKey: Int64?

  /// Makes a candidate of its parts.
  public init(
    key: TimeOrderedID, state: DeliveryState?, reason: String? = nil, eventID: EventID, type: EventType, namespace: Namespace,
    at: Timestamp,
    failure: FailureKind? = nil
  ) {
    self.key = key
    self.state = state
    self.reason = reason
    self.failure = failure
    self.eventID = eventID
    self.type = type
    self.namespace = namespace
    self.at = at
  }
}

extension ReplayRequest {
  /// Whether it is about this delivery.
  /// - Parameter failure: the kind and the message of its last attempt's failure, looked at when an ``error`` is asked for.
  ///   Its ``ReplayCandidate/failure`` is looked at when a ``ReplayRequest/failure`` is.
  public func wants(_ delivery: ReplayCandidate, failure: String? = nil) -> Bool {
    guard let state = delivery.state, states.contains(state), concerns(delivery) else { return false }
    guard self.failure == nil || self.failure == delivery.failure else { return false }
    guard let error = error?.lowercased() else { return true }
    return [delivery.reason, failure].contains { $0?.lowercased().contains(error) ?? false }
  }

  /// Whether an event should have a delivery for the webhook, as far as can be told without looking whether it has one.
  public func wantsMissing(_ event: ReplayCandidate, for webhook: Webhook) -> Bool {
    includesMissing && concerns(event) && webhook.wants(event.type, in: event.namespace)
      && Sampling.takes(event.eventID, rate: webhook.sample)
  }

  /// Whether it may have to do with a webhook at all.
  public func concerns(_ webhook: Webhook) -> Bool {
    guard self.webhook == nil || self.webhook == webhook.id else { return false }
    guard let limits else { return true }
    return webhook.namespace.map(limits.contains) ?? false
  }

  private func concerns(_ candidate: ReplayCandidate) -> Bool {
    guard namespace.map({ $0 == candidate.namespace }) ?? true, limits?.contains(candidate.namespace) ?? true else { return false }
    guard since.map({ $0 <= candidate.at }) ?? true, until.map({ candidate.at < $0 }) ?? true else { return false }
    return types.isEmpty || types.contains { $0.matches(candidate.type) }
  }
}
