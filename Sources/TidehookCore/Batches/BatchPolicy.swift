// How a webhook collects its events into batches.

/// When a batch goes, and which events belong together.
public struct BatchPolicy: Sendable, Hashable {
  /// How many events a batch holds at most, 1...1000; it goes when they are there.
  public var maxEvents: Int
  /// How long an event waits at most before its batch goes, in seconds, 0.1...86 400.
  public var maxWaitSeconds: Double
  /// Where events say to which batch they belong, as in `data.user_id`; `nil` for one batch for all.
  public var key: EventPath?

  /// Makes a policy.
  public init(maxEvents: Int, maxWaitSeconds: Double, key: EventPath? = nil) {
    self.maxEvents = maxEvents
    self.maxWaitSeconds = maxWaitSeconds
    self.key = key
  }

  /// How long the payloads of a batch may be together, in bytes: as long as one event may be. A single event that is longer is a batch of
  /// its own.
  public static let maximumBytes = 1 << 20

  /// How long a key may be, in bytes of JSON: an event with a longer one counts as one without.
  public static let maximumKeyBytes = 256

  /// How long an event waits at most.
  public var maxWait: Duration { .microseconds(Int64(maxWaitSeconds * 1e6)) }

  /// In which group of this webhook's events an event is collected.
  ///
  /// An event without the key, or one that is no string, number, `true` or `false`, or is too long, goes with the others of that kind.
  public func group(of event: Event) -> BatchGroup {
    guard let value = key?.scalar(in: event), value.count <= Self.maximumKeyBytes else { return .common }
    return BatchGroup(keyed: String(decoding: value, as: UTF8.self))
  }
}

extension BatchPolicy {
  /// Reads `{"max_events": 50, "max_wait_secs": 60, "key": "data.user_id"}`; the key may be left out or `null`.
  public init(json: JSONValue) throws(JSONProblem) {
    let members = try JSONMembers(json, known: ["max_events", "max_wait_secs", "key"])
    guard let events = try members.integer("max_events", in: 1...1000) else {
      throw JSONProblem("max_events", "is required, a whole number of 1...1000")
    }
    guard let wait = members["max_wait_secs"] else { throw JSONProblem("max_wait_secs", "is required, a number of 0.1...86400") }
    guard let seconds = wait.doubleValue, (0.1...86_400).contains(seconds) else {
      throw JSONMembers.unexpected("max_wait_secs", "a number of 0.1...86400", wait)
    }
    self.init(maxEvents: Int(events), maxWaitSeconds: seconds)
    guard let key = members["key"] else { return }
    guard let path = key.stringValue.flatMap({ EventPath($0) }) else {
      throw JSONMembers.unexpected("key", EventPath.expectation, key)
    }
    self.key = path
  }

  /// The policy in the form that ``init(json:)`` reads.
  public var json: JSONValue {
    [
      "max_events": .integer(Int64(maxEvents)), "max_wait_secs": .double(maxWaitSeconds),
      "key": key.map { .string($0.description) } ?? .null,
    ]
  }
}

/// Which of a webhook's events are collected together, and how far a delivery has come on its way into a batch. The store keeps the text.
public struct BatchGroup: Sendable, Hashable, RawRepresentable {
  /// The text: `-` and `=` begin groups, which sort behind the two other marks.
  public let rawValue: String

  /// Wraps a text that the store kept.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// The group of a key, given as canonical JSON.
  init(keyed json: String) { rawValue = "=" + json }

  /// The group of all events without a key.
  public static let common = BatchGroup(rawValue: "-")
  /// Of a delivery that was not collected yet.
  public static let unsorted = BatchGroup(rawValue: "")
  /// Of a delivery that is in a batch.
  public static let formed = BatchGroup(rawValue: "*")
}
