// One try of a delivery: what was sent and what came back.

/// An attempt as it is recorded.
public struct Attempt: Sendable {
  /// Its id.
  public var id: AttemptID
  /// Counts the attempts of its delivery, from 1.
  public var number: Int
  /// What set it off.
  public var trigger: AttemptTrigger
  /// The revision of the webhook that it ran.
  public var revision: Int
  /// The plugins that it ran.
  public var plugins: [PluginVersion]
  /// When it began.
  public var startedAt: Timestamp
  /// How long it took, pipeline included, in microseconds.
  public var durationMicroseconds: Int64
  /// The phases of its exchange; `nil` when nothing was sent.
  public var phases: ExchangePhases?
  /// Why it failed; `nil` when it delivered or the pipeline dropped the event.
  public var failure: AttemptFailure?
  /// Why the pipeline dropped the event, and which stage did; `nil` when it did not.
  public var drop: PipelineDrop?
  /// What was sent; `nil` when nothing was.
  public var request: SentRequest?
  /// What came back; `nil` when nothing did.
  public var response: ReceivedResponse?
  /// What the scripts printed, at most 4 KiB.
  public var log: String

  /// Makes an attempt of its parts.
  public init(
    id: AttemptID, number: Int, trigger: AttemptTrigger, revision: Int, plugins: [PluginVersion] = [], startedAt: Timestamp,
    durationMicroseconds: Int64, phases: ExchangePhases? = nil, failure: AttemptFailure? = nil, request: SentRequest? = nil,
    response: ReceivedResponse? = nil, drop: PipelineDrop? = nil, log: String = ""
  ) {
    self.id = id
    self.number = number
    self.trigger = trigger
    self.revision = revision
    self.plugins = plugins
    self.startedAt = startedAt
    self.durationMicroseconds = durationMicroseconds
    self.phases = phases
    self.failure = failure
    self.drop = drop
    self.request = request
    self.response = response
    self.log = log
  }
}

extension Attempt {
  /// How long ``log`` may be, in bytes of UTF-8.
  public static let maximumLogBytes = 4096

  /// Takes down how it ended.
  public mutating func end(_ input: DeliveryInput, at now: Timestamp) {
    failure = input.failure
    drop = input.drop
    durationMicroseconds = max(0, now.microseconds - startedAt.microseconds)
  }

  /// The attempt of a batch as one of its members has it that the pipeline dropped: what was sent was the others' matter.
  public func droppingOut(_ drop: PipelineDrop) -> Attempt {
    var attempt = self
    (attempt.drop, attempt.failure, attempt.phases, attempt.request, attempt.response) = (drop, nil, nil, nil, nil)
    return attempt
  }

  /// Adds lines to the log as far as there is room.
  public mutating func addLog(_ lines: String) { log.addLines(lines, upTo: Self.maximumLogBytes) }

  /// Roughly how many bytes the record takes besides the event's payload.
  public var ownBytes: Int {
    (request?.body?.count ?? 0) + (response?.body.count ?? 0) + log.utf8.count
  }
}

extension Attempt {
  /// What stays of it when its event's content is erased: when it was, how long it took, and how it ended. What was sent, headers and body of
  /// what came back, and every text that may quote the event are gone.
  public var withoutContent: Attempt {
    var attempt = self
    attempt.request = nil
    attempt.response = response.map { ReceivedResponse(status: $0.status, isTruncated: $0.isTruncated) }
    attempt.failure = failure.map { AttemptFailure($0.kind, Self.erasedMessage) }
    attempt.drop = nil
    attempt.log = ""
    return attempt
  }

  /// What stands in the place of a failure's message that may have quoted what was erased.
  public static let erasedMessage = "erased"
}

/// A request as an attempt records it.
public struct SentRequest: Sendable {
  /// The method.
  public var method: String
  /// The URL.
  public var url: String
  /// The headers, signatures included.
  public var headers: [HeaderField]
  /// The body; `nil` when it was the event's payload, which is stored once, with the event.
  public var body: [UInt8]?

  /// Makes a record of a request.
  public init(method: String, url: String, headers: [HeaderField], body: [UInt8]?) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }
}

extension String {
  /// Adds lines as far as there is room, on lines of their own, without cutting a character in two.
  /// - Parameter limit: how long the text may become, in bytes of UTF-8.
  public mutating func addLines(_ lines: String, upTo limit: Int) {
    guard !lines.isEmpty else { return }
    let isOpen = !isEmpty && utf8.last != UInt8(ascii: "\n")
    let added = (isOpen ? "\n" : "") + lines
    let room = limit - utf8.count
    // A character takes up to four bytes: one of these prefixes ends with a whole one.
    self += (0...3).lazy.compactMap { String(added.utf8.prefix(Swift.max(0, room - $0))) }.first ?? ""
  }
}
