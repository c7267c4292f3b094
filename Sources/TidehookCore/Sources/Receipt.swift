// A request that a source received and what became of it.

/// What became of a request.
public enum ReceiptState: String, Sendable, Hashable, CaseIterable {
  /// Its events are published.
  case accepted
  /// It was against its source's rules or not believed, its source's code failed or refused it, or made something that is no event. It can be run again.
  case rejected
  /// It, or all of its events, came before; nothing was published.
  case duplicate
  /// It was answered and made no events: a challenge, a ping, a handshake.
  case answered

  /// Whether a request in this state may be run again: it published nothing, and could.
  public var mayRunAgain: Bool {
    switch self {
    case .rejected, .answered: true
    case .accepted, .duplicate: false
    }
  }
}

/// A request as a source keeps it.
public struct Receipt: Sendable {
  /// Its id.
  public var id: InboundRequestID
  /// Which source received it.
  public var source: SourceID
  /// The source's revision that judged it last.
  public var revision: Int
  /// When it came.
  public var receivedAt: Timestamp
  /// The request; in lists without its headers and its body.
  public var request: InboundRequest
  /// How long the body is.
  public var bodyBytes: Int
  /// How it was verified.
  public var scheme: VerificationScheme
  /// Where secrets stood under the rules that have judged it so far, besides headers that always may hold one: names of headers, and
  /// ``secretPath`` for the path.
  public var secretPlaces: [String]
  /// What became of it.
  public var state: ReceiptState
  /// Why, for people; `nil` where there is nothing to say.
  public var reason: String?
  /// What the sender was told, or would have been; in lists its status alone.
  public var answer: InboundAnswer
  /// What the source's code printed; empty in lists.
  public var log: String
  /// The plugin that ran.
  public var plugin: PluginVersion?
  /// How many events it has.
  public var eventCount: Int
  /// Its events, repeats included; those of an id that belongs to another event are not among them. Empty in lists.
  public var events: [EventID]
  /// When it was run again last; `nil` when it never was.
  public var rerunAt: Timestamp?
  /// When the content of one of its events was erased, and with it what the request said.
  public var erasedAt: Timestamp?

  /// Makes a request as it came, not judged yet: without a reason, an answer of use or events.
  public init(
    id: InboundRequestID, source: SourceID, revision: Int, receivedAt: Timestamp, request: InboundRequest, scheme: VerificationScheme,
    secretPlaces: [String] = []
  ) {
    self.id = id
    self.source = source
    self.revision = revision
    self.receivedAt = receivedAt
    self.request = request
    self.bodyBytes = request.body.count
    self.scheme = scheme
    self.secretPlaces = secretPlaces
    self.state = .rejected
    self.answer = InboundAnswer(status: 503)
    self.log = ""
    self.eventCount = 0
    self.events = []
  }

  /// What stands for the path among ``secretPlaces``; no header has this name.
  public static let secretPath = ":path"

  /// Makes it a repeat of an earlier request: answered like that one, without events.
  public mutating func repeats(_ earlier: EarlierReceipt) {
    state = .duplicate
    reason = Self.repeatReason(earlier.id)
    answer = earlier.answer
  }

  /// Why a request is a repeat whose sender's id came before.
  public static func repeatReason(_ earlier: InboundRequestID) -> String { "the same id came before with \(earlier)" }

  /// What stays of it when the content of one of its events is erased: that it came, when, and what became of it.
  public func withoutContent(at now: Timestamp) -> Receipt {
    var receipt = self
    receipt.request = InboundRequest(method: request.method, url: request.path, path: request.path, query: "")
    receipt.answer = InboundAnswer(status: answer.status)
    receipt.log = ""
    receipt.erasedAt = now
    return receipt
  }

  /// Notes what became of its events. One without an event that is new repeats what came before; one with an event whose id belongs to another
  /// event is rejected, so that its sender learns of it and it can be run again.
  public mutating func note(_ results: [AppendResult], of events: [NewEvent]) {
    self.events = zip(events, results).compactMap { event, result in
      switch result {
      case .stored: event.event.id
      case .duplicate(let id, _), .erased(let id): id
      case .conflict: nil
      }
    }
    eventCount = self.events.count
    guard !results.isEmpty else { return }
    if !results.contains(.stored) { (state, reason) = (.duplicate, "its events were published before") }
    let lost = results.firstIndex { if case .conflict = $0 { true } else { false } }
    guard let lost else { return }
    state = .rejected
    reason = "event \"\(events[lost].event.id)\" was not published: another event with other content has its id"
    answer = .conflict
  }
}

/// The request that brought a sender's id first.
public struct EarlierReceipt: Sendable {
  /// Its id.
  public var id: InboundRequestID
  /// What its sender was told.
  public var answer: InboundAnswer

  /// Makes a note of a request.
  public init(id: InboundRequestID, answer: InboundAnswer) {
    self.id = id
    self.answer = answer
  }
}

extension InboundAnswer {
  /// What a sender is told unless the source's code says otherwise: `{"accepted":2}`.
  public static func accepted(_ count: Int) -> InboundAnswer {
    InboundAnswer(status: 200, body: Array(#"{"accepted":\#(count)}"#.utf8), contentType: "application/json")
  }

  /// What a sender is told whose event has the id of another one.
  static let conflict = InboundAnswer(
    status: 409,
    body: Array(
      #"{"error":{"code":"conflict","message":"an event with this id and other content was published before"},"#.utf8)
      + Array(#""detail":"an event with this id and other content was published before"}"#.utf8), contentType: "application/json")
}

extension VerificationRule {
  /// Where a request under this rule holds a secret as it is.
  public var secretPlaces: [String] {
    (header.map { [$0] } ?? []) + (scheme == .path ? [Receipt.secretPath] : [])
  }
}
