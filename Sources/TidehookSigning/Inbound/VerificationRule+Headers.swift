// Takes the names of headers out of rules.

import TidehookCore

extension VerificationRule {
  /// The rule's header, which its scheme cannot do without.
  func requiredHeader(_ expectation: String) throws(SigningError) -> String {
    guard let header, !header.isEmpty else { throw .unusable(field: "verify.header", expected: expectation, got: "none") }
    return header
  }
}
