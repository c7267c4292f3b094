// Judges the signatures of a received request, scheme by scheme.

import TidehookCore
import TidehookSigning

/// What one scheme's signature turned out to be.
enum SchemeVerdict: String {
  /// It belongs to this body and this secret.
  case valid
  /// It does not, or it is malformed.
  case invalid
  /// It belongs to them, but was made too long ago, or in the future.
  case stale
  /// The request carries none.
  case missing
  /// There is one, but no secret was given to check it with.
  case unchecked
}

/// Checks requests against one secret.
struct SignatureCheck: Sendable {
  private let verifiers: [(scheme: String, verifier: SignatureVerifier)]
  private let hasSecret: Bool

  /// Prepares the keys.
  /// - Parameter secret: the webhook's secret; without one, signatures are only found, not checked.
  init(secret: String?) throws(CommandFailure) {
    // Some secret is needed to find out whether there is a signature at all.
    let key = try SignatureOptions.signingSecret(secret ?? "none")
    hasSecret = secret != nil
    var verifiers: [(scheme: String, verifier: SignatureVerifier)] = []
    do {
      for scheme in SigningScheme.allCases {
        verifiers.append((scheme.rawValue, try SignatureVerifier(schemes: [scheme], secret: key)))
      }
    } catch {
      throw CommandFailure(.usage, "bad --secret: \(error)")
    }
    self.verifiers = verifiers
  }

  /// A verdict for each scheme that Tidehook knows, in a fixed order.
  func verdicts(on request: ReceivedRequest) -> [(scheme: String, verdict: SchemeVerdict)] {
    let headers = request.headers.map { SignatureHeader($0.name, $0.value) }
    return verifiers.map { scheme, verifier in
      (scheme, verdict(try? verifier.verify(headers: headers, body: request.body, now: request.receivedAt.seconds)))
    }
  }

  private func verdict(_ verdict: SignatureVerdict?) -> SchemeVerdict {
    switch verdict {
    case .missing: .missing
    case _ where !hasSecret: .unchecked
    case .valid: .valid
    case .staleTimestamp: .stale
    case .mismatch, .malformed, nil: .invalid
    }
  }
}
