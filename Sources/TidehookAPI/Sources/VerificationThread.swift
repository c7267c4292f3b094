// Where requests are verified: beside Swift's pool, which everything else runs on.

import Dispatch
import TidehookCore

/// Verifies one request after the other on a thread of its own.
///
/// Hashing is work that is done for senders who are not known yet. However much of it they ask for, it takes one core at most, and no other
/// call of the API waits for it.
struct VerificationThread: Sendable {
  private let queue = DispatchQueue(label: "tidehook.verification")

  /// Returns when the request is genuine, and throws when it is not.
  func verify(_ request: InboundRequest, with verifier: any InboundVerifier, at now: Timestamp) async throws(VerificationFailure) {
    let verdict: Result<Void, VerificationFailure> = await withCheckedContinuation { continuation in
      queue.async {
        continuation.resume(
          returning: Result { () throws(VerificationFailure) in try verifier.verify(request, at: now) })
      }
    }
    try verdict.get()
  }
}
