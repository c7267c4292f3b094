// A source at one revision, ready to receive.

import Synchronization
import TidehookCore

/// A source with what verifies and counts its requests.
final class ActiveSource: Sendable {
  let source: Source
  let verifier: any InboundVerifier
  private let bucket: Mutex<TokenBucket?>
  private let refusals: Mutex<TokenBucket>

  /// How many requests of strangers are kept: each is a write to the disk, which publishing waits for, too.
  private static let keptRefusals = RateLimit(count: 10, perSeconds: 1, burst: 100)

  init(_ source: Source, verifier: any InboundVerifier, bucket: TokenBucket?) {
    self.source = source
    self.verifier = verifier
    self.bucket = Mutex(bucket)
    self.refusals = Mutex(TokenBucket(Self.keptRefusals, at: source.updatedAt))
  }

  /// Whether a request that was not believed is kept; of a flood only a part is.
  func keepsRefusal(at now: Timestamp) -> Bool {
    refusals.withLock { $0.take(at: now) == nil }
  }

  /// Counts a request against the source's rate limit.
  /// - Returns: `nil` when it may come, else how long until the next may.
  func admit(at now: Timestamp) -> Duration? {
    bucket.withLock { $0?.take(at: now) }
  }

  /// The bucket for the next revision: the same while the limit is, so that changing a source does not fill it.
  func carriedBucket(for limit: RateLimit?) -> TokenBucket? {
    bucket.withLock { $0?.limit == limit ? $0 : nil }
  }
}

/// Believes everybody.
struct OpenVerifier: InboundVerifier {
  func verify(_ request: InboundRequest, at now: Timestamp) {}
}

/// Believes nobody, because the source is not ready.
struct ClosedVerifier: InboundVerifier {
  let reason: String

  func verify(_ request: InboundRequest, at now: Timestamp) throws(VerificationFailure) {
    throw VerificationFailure(reason, isOurs: true)
  }
}
