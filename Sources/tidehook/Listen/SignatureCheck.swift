// Judges the signatures of a received request, scheme by scheme.

import TidehookCore

/// What a signature turned out to be.
enum SignatureVerdict: String {
  /// It belongs to this body and this secret.
  case valid
  /// It does not.
  case invalid
  /// The request carries none.
  case missing
  /// There is one, but no secret was given to check it with.
  case unchecked
}

/// Checks requests against one secret.
struct SignatureCheck {
  private let secret: String?

  init(secret: String?) {
    self.secret = secret
  }

  /// A verdict for each scheme that Tidehook knows, in a fixed order.
  func verdicts(on request: ReceivedRequest) -> [(scheme: String, verdict: SignatureVerdict)] {
    []
  }
}
