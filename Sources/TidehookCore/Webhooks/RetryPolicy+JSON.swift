// A retry policy in JSON, as answers and the store write it; requests are read in the API, where a change is laid over what is there.

extension RetryPolicy {
  /// The policy: the members of its shape, then those of the rest that are set.
  public var json: JSONValue {
    let rest: [(String, JSONValue?)] = [
      ("retry_on", retryOn.map { .array($0.entries.map { .string($0.description) }) }),
      ("give_up_after_secs", giveUpAfterSeconds.map { .double($0) }),
      ("max_retry_after_secs", maxRetryAfterSeconds.map { .double($0) }),
    ]
    return .object(backoff.members + rest.compactMap { name, value in value.map { JSONValue.Member(name, $0) } })
  }

  /// Reads what ``json`` wrote; what is not there or not known, as a later release may have written it, is the default.
  public init(stored json: JSONValue) {
    self.init(RetryBackoff(stored: json))
    retryOn = json["retry_on"]?.elements.map { RetryStatuses($0.compactMap { $0.stringValue.flatMap(RetryStatuses.Entry.init) }) }
    giveUpAfterSeconds = json["give_up_after_secs"]?.doubleValue
    maxRetryAfterSeconds = json["max_retry_after_secs"]?.doubleValue
  }
}

extension RetryBackoff {
  fileprivate var members: [JSONValue.Member] {
    switch self {
    case .exponential(let backoff):
      [
        .init("max_retries", .integer(Int64(backoff.maxRetries))), .init("initial_delay_secs", .double(backoff.initialDelaySeconds)),
        .init("multiplier", .double(backoff.multiplier)), .init("max_delay_secs", .double(backoff.maxDelaySeconds)),
        .init("jitter", .double(backoff.jitter)),
      ]
    case .schedule(let backoff):
      [.init("schedule_secs", .array(backoff.delaysSeconds.map { .double($0) })), .init("jitter", .double(backoff.jitter))]
    case .preset(let preset): [.init("preset", .string(preset.rawValue))]
    }
  }

  fileprivate init(stored json: JSONValue) {
    if let preset = json["preset"]?.stringValue.flatMap(RetryPreset.init) {
      self = .preset(preset)
    } else if let delays = json["schedule_secs"]?.elements {
      self = .schedule(ScheduledBackoff(delays.compactMap(\.doubleValue), jitter: json["jitter"]?.doubleValue ?? Self.defaultJitter))
    } else {
      self = .exponential(ExponentialBackoff(stored: json))
    }
  }
}

extension ExponentialBackoff {
  fileprivate init(stored json: JSONValue) {
    self.init()
    maxRetries = json["max_retries"]?.integerValue.map(Int.init) ?? maxRetries
    initialDelaySeconds = json["initial_delay_secs"]?.doubleValue ?? initialDelaySeconds
    multiplier = json["multiplier"]?.doubleValue ?? multiplier
    maxDelaySeconds = json["max_delay_secs"]?.doubleValue ?? maxDelaySeconds
    jitter = json["jitter"]?.doubleValue ?? jitter
  }
}
