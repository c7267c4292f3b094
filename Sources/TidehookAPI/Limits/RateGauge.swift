// Counts the requests of one key and tells clients where they stand, in headers that REM Labs and Mem0's clients know.

import HTTPTypes
import Synchronization
import TidehookCore

/// Counts requests against a limit; any number of threads may take at once.
final class RateGauge: Sendable {
  private let bucket: Mutex<TokenBucket>
  private let limit: String

  init(_ limit: RateLimit, at now: Timestamp) {
    bucket = Mutex(TokenBucket(limit, at: now))
    self.limit = String(limit.count)
  }

  /// Counts one request.
  func take(at now: Timestamp) -> RateReading {
    let (wait, remaining, untilFull) = bucket.withLock { bucket in
      (bucket.take(at: now), bucket.remaining(at: now), bucket.untilFull(at: now))
    }
    return RateReading(limit: limit, remaining: remaining, resetSeconds: (now + untilFull).wholeSecondsUp, wait: wait)
  }
}

/// Where a key stands after a request.
struct RateReading {
  /// How many requests are allowed in a minute.
  let limit: String
  /// How many more may come now.
  let remaining: Int
  /// When all of them may come again, in Unix seconds.
  let resetSeconds: Int64
  /// How long the client has to wait; `nil` when the request may be answered.
  let wait: Duration?

  /// The refusal, when the request came too early.
  var refusal: APIError? {
    guard let wait else { return nil }
    let seconds = max(1, (Timestamp(microseconds: 0) + wait).wholeSecondsUp)
    let message = "expected at most \(limit) requests in a minute with one key, try again in \(seconds) s"
    return APIError(.rateLimited, message, retryAfterSeconds: seconds)
  }

  /// Writes `X-RateLimit-Limit`, `-Remaining` and `-Reset`.
  func write(to headers: inout HTTPFields) {
    headers.append(HTTPField(name: .rateLimit, value: limit))
    headers.append(HTTPField(name: .rateRemaining, value: String(remaining)))
    headers.append(HTTPField(name: .rateReset, value: String(resetSeconds)))
  }
}

extension Timestamp {
  /// The first whole second that is not before it, since 1970.
  fileprivate var wholeSecondsUp: Int64 { (self + .microseconds(999_999)).seconds }
}

extension HTTPField.Name {
  fileprivate static let rateLimit = known("X-RateLimit-Limit")
  fileprivate static let rateRemaining = known("X-RateLimit-Remaining")
  fileprivate static let rateReset = known("X-RateLimit-Reset")

  private static func known(_ name: String) -> HTTPField.Name {
    guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is a field name") }
    return field
  }
}
