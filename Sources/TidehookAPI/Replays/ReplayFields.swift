// What a request says about a replay: which deliveries, how fast, and whether it is to be counted only.

import TidehookCore

/// The fields of a request for a replay.
struct ReplayFields {
  /// What is to be replayed, but for the limits of the key.
  var request: ReplayRequest
  /// Whether nothing is to be done but counting.
  let isDryRun: Bool

  private static let common = ["states", "types", "namespace", "since", "until", "missing", "revision", "rate", "dry_run"]

  /// Reads the body of `POST /v1/replays`.
  init(_ body: JSONValue, now: Timestamp) throws {
    let fields = try Fields(body, known: ["webhook", "error", "failure", "all"] + Self.common)
    try self.init(fields, now: now)
    request.webhook = try fields["webhook"]?.webhookID()
    request.error = try fields["error"]?.errorText()
    request.failure = try fields["failure"]?.failureKind()
    // Whoever asks for missing deliveries alone does not say so twice.
    if request.includesMissing, fields["states"] == nil { request.states = [] }
    try check(fields)
    let isEverything = try fields["all"]?.bool() ?? false
    guard isEverything || Self.filters.contains(where: { fields[$0] != nil }) else {
      let names = Self.filters.joined(separator: ", ")
      throw APIError(.missingField, "all: expected at least one of \(names), or \"all\": true for everything that is dead", field: "all")
    }
  }

  /// What says which deliveries are meant: without any of it somebody may have forgotten it.
  private static let filters = ["webhook", "states", "types", "namespace", "since", "until", "error", "failure", "missing"]

  /// Reads the body of `POST /v1/webhooks/{id}/recover`: everything dead and everything missing, unless it says otherwise.
  init(recovering webhook: WebhookID, _ body: JSONValue, now: Timestamp) throws {
    let fields = try Fields(body, known: Self.common)
    _ = try fields.required("since")
    try self.init(fields, now: now)
    request.webhook = webhook
    request.includesMissing = try fields["missing"]?.bool() ?? true
    try check(fields)
  }

  private init(_ fields: Fields, now: Timestamp) throws {
    request = ReplayRequest()
    if let states = try fields["states"]?.replayableStates() { request.states = states }
    request.types = try fields["types"]?.patterns() ?? []
    request.namespace = try fields["namespace"]?.namespace()
    request.since = try fields["since"]?.time(now: now)
    request.until = try fields["until"]?.time(now: now)
    request.includesMissing = try fields["missing"]?.bool() ?? false
    request.versions = try fields["revision"]?.replayedVersions() ?? .current
    if let rate = try fields["rate"]?.integer(in: ReplayRequest.rates) { request.rate = rate }
    isDryRun = try fields["dry_run"]?.bool() ?? false
  }

  /// Refuses what makes no sense together.
  private func check(_ fields: Fields) throws {
    if request.failure != nil, let state = request.states.first(where: { $0 != .dead && $0 != .retrying }) {
      throw APIError.unexpected(
        "states", "dead or retrying together with failure, which other states have not", got: quoted(state.rawValue))
    }
    guard !request.states.isEmpty || request.includesMissing else {
      throw APIError(.invalidField, "states: expected at least one state, unless missing is true", field: "states")
    }
    if let since = request.since, let until = request.until, since >= until {
      throw APIError.unexpected("until", "a time after since", got: until.rfc3339)
    }
    guard request.includesMissing else { return }
    guard request.webhook != nil else {
      throw APIError(.missingField, "webhook: is required when missing is true", field: "webhook")
    }
    guard request.error == nil else {
      throw APIError(.invalidField, "error: cannot be asked for together with missing, which has none", field: "error")
    }
    guard request.failure == nil else {
      throw APIError(.invalidField, "failure: cannot be asked for together with missing, which has none", field: "failure")
    }
    guard request.versions == .current else {
      throw APIError(.invalidField, "revision: expected \"current\" together with missing, which has no original", field: "revision")
    }
  }
}

extension Field {
  fileprivate func webhookID() throws -> WebhookID {
    guard let id = value.stringValue.flatMap({ WebhookID($0) }) else { throw unexpected("a webhook's id like wh_…") }
    return id
  }

  fileprivate func errorText() throws -> String {
    guard let text = value.stringValue, (1...200).contains(text.utf8.count) else { throw unexpected("1 to 200 bytes of text") }
    return text
  }

  fileprivate func failureKind() throws -> FailureKind {
    guard let kind = value.stringValue.flatMap({ FailureKind(rawValue: $0) }) else {
      throw unexpected("one of \(FailureKind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return kind
  }

  fileprivate func time(now: Timestamp) throws -> Timestamp {
    guard let time = value.stringValue.flatMap({ Query.time($0, now: now) }) else {
      throw unexpected("a time like 2026-04-13T10:30:00Z or how long ago like 45s, 30m, 1h, 7d")
    }
    return time
  }

  /// The states to replay, without repetitions.
  fileprivate func replayableStates() throws -> [DeliveryState] {
    let names = ReplayRequest.replayableStates.map(\.rawValue).joined(separator: ", ")
    var states: [DeliveryState] = []
    for element in try elements("an array of states: \(names)") {
      guard let state = element.value.stringValue.flatMap({ DeliveryState(rawValue: $0) }),
        ReplayRequest.replayableStates.contains(state)
      else { throw element.unexpected("one of \(names)") }
      if !states.contains(state) { states.append(state) }
    }
    return states
  }

  /// What a replay runs: one of the names.
  func replayedVersions() throws -> ReplayedVersions { try replayedVersions("") }

  /// What the replay of one delivery runs: one of the names, or a revision of its webhook.
  func replayedVersionsOrRevision() throws -> ReplayedVersions {
    if let number = value.integerValue, ReplayedVersions.revisions.contains(number) { return .revision(Int(number)) }
    return try replayedVersions(" or a revision's number, from 1")
  }

  private func replayedVersions(_ others: String) throws -> ReplayedVersions {
    guard let versions = ReplayedVersions.named.first(where: { $0.rawValue == value.stringValue }) else {
      throw unexpected(ReplayedVersions.named.map { "\"\($0.rawValue)\"" }.joined(separator: " or ") + others)
    }
    return versions
  }
}
