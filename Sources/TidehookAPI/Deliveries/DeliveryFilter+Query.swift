// Which deliveries a request asks for: the same parameters wherever deliveries are chosen.

import TidehookCore

extension DeliveryFilter {
  /// Reads the parameters of a request, within what its key may see.
  /// - Parameter history: tells whether there is an event of an id, where `event` may mean an id or a type.
  init(_ request: APIRequest, history: any History, now: Timestamp) async throws {
    self = try Self.parameters(request.query, now: now)
    namespaces = request.principal.namespaces
    guard let id = event, type?.name == id.rawValue else { return }
    // `event=` may mean either: an event of that id decides.
    let known = try await history.event(id)
    let isEvent = known.map { request.principal.mayUse($0.namespace) } ?? false
    if isEvent { type = nil } else { event = nil }
  }

  private static func parameters(_ query: Query, now: Timestamp) throws -> DeliveryFilter {
    var filter = DeliveryFilter(
      states: try query.states(among: DeliveryState.allCases) ?? [], failure: try query.failureKind(),
      webhook: try query.value("webhook", "a webhook's id like wh_…", read: WebhookID.init),
      type: try query.value("event_type", EventType.expectation, read: EventType.init),
      event: try query.value("event_id", EventID.expectation, read: EventID.init),
      since: try query.time("since", now: now), until: try query.time("until", now: now))
    guard let event = try query.value("event", "an event's id or type", read: EventReference.init) else { return filter }
    switch event {
    case .id(let id) where filter.event == nil || filter.event == id: filter.event = id
    case .type(let type) where filter.type == nil || filter.type == type: filter.type = type
    case .either(let id, let type) where filter.event == nil && filter.type == nil: (filter.event, filter.type) = (id, type)
    case .id, .either: throw APIError.unexpected("event", "the same id as in event_id, or one of the two", code: .invalidParameter)
    case .type: throw APIError.unexpected("event", "the same type as in event_type, or one of the two", code: .invalidParameter)
    }
    return filter
  }

  /// What `event=` means: an id when it looks like one of ours or cannot be a type, a type when it cannot be an id, else either.
  private enum EventReference {
    case id(EventID)
    case type(EventType)
    case either(EventID, EventType)

    init?(_ text: String) {
      switch (EventID(text), text.hasPrefix("evt_") ? nil : EventType(text)) {
      case (let id?, let type?) where type.name == text: self = .either(id, type)
      case (_, let type?): self = .type(type)
      case (let id?, nil): self = .id(id)
      case (nil, nil): return nil
      }
    }
  }
}

extension Query {
  /// `state`: one or several with commas in between, without repetitions.
  func states(among known: [DeliveryState]) throws -> [DeliveryState]? {
    let names = known.map(\.rawValue).joined(separator: ", ")
    return try value("state", "one or several of \(names), with commas in between") { text in
      var states: [DeliveryState] = []
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        guard let state = DeliveryState(rawValue: String(part)), known.contains(state) else { return nil }
        if !states.contains(state) { states.append(state) }
      }
      return states
    }
  }

  /// `failure`: a kind of failure.
  func failureKind() throws -> FailureKind? {
    try value("failure", "one of \(FailureKind.allCases.map(\.rawValue).joined(separator: ", "))", read: FailureKind.init)
  }

  /// `order`: newest first unless given.
  func order() throws -> ListOrder { try value("order", "newest or oldest", read: ListOrder.init) ?? .newest }
}

extension QueryParameter {
  /// What chooses deliveries.
  static let deliveries =
    [
      QueryParameter(
        "state", "Only in these states, with commas in between: \(DeliveryState.allCases.map(\.rawValue).joined(separator: ", "))."),
      QueryParameter("failure", "Only dead and retrying ones whose last attempt failed like this."),
      QueryParameter("webhook", "Only for the webhook of this id."),
      QueryParameter("event", "Only of the event of this id, or of events of this type."),
      QueryParameter("event_id", "Only of the event of this id."), QueryParameter("event_type", "Only of events of this type."),
    ] + QueryParameter.times
}
