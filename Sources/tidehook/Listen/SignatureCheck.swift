// Judges the signatures of a received request, scheme by scheme.

import TidehookCore
import TidehookSigning

/// What one scheme's signature turned out to be.
enum SchemeVerdict: String {
  /// It belongs to this body and one of the secrets.
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

/// Checks requests against some secrets.
struct SignatureCheck: Sendable {
  private let schemes: [(scheme: SigningScheme, verifiers: [SignatureVerifier])]

  /// Whether there is a secret to check anything with.
  let hasSecrets: Bool

  /// Prepares the keys.
  /// - Parameters:
  ///   - secrets: what the webhook signs with, any of which may match; what none of them belongs to is only found, not checked.
  ///   - schemes: which schemes count; all that have names unless given.
  init(secrets: [String], schemes: [SigningScheme]) throws(CommandFailure) {
    var keys: [SigningSecret] = []
    for secret in secrets { keys.append(try SignatureOptions.signingSecret(secret)) }
    var prepared: [(scheme: SigningScheme, verifiers: [SignatureVerifier])] = []
    do throws(SigningError) {
      for scheme in schemes.isEmpty ? SigningScheme.named : schemes {
        var verifiers: [SignatureVerifier] = []
        for key in keys where key.isKey == (scheme == .standardEd25519) {
          verifiers.append(try SignatureVerifier(schemes: [scheme], secret: key))
        }
        prepared.append((scheme, verifiers))
      }
    } catch {
      throw CommandFailure(.usage, "bad --secret: \(error)")
    }
    self.schemes = prepared
    hasSecrets = !secrets.isEmpty
  }

  /// A verdict for each scheme, in a fixed order.
  func verdicts(on request: ReceivedRequest) -> [(scheme: String, verdict: SchemeVerdict)] {
    let headers = request.headers.map { SignatureHeader($0.name, $0.value) }
    return schemes.map { scheme, verifiers in
      guard scheme.isPresent(in: headers) else { return (scheme.name, .missing) }
      let verdicts = verifiers.map {
        Self.verdict(try? $0.verify(headers: headers, body: request.body, now: request.receivedAt.seconds))
      }
      return (scheme.name, [.valid, .stale].first(where: verdicts.contains) ?? verdicts.first ?? .unchecked)
    }
  }

  private static func verdict(_ verdict: SignatureVerdict?) -> SchemeVerdict {
    switch verdict {
    case .valid: .valid
    case .staleTimestamp: .stale
    case .missing, .mismatch, .malformed, nil: .invalid
    }
  }
}
