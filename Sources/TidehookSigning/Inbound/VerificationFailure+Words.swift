// The words of failures.

import TidehookCore

extension VerificationFailure {
  /// A failure in the usual words.
  static func expected(_ expectation: String, got: String) -> VerificationFailure {
    VerificationFailure("expected \(expectation), got \(got)")
  }

  /// The failure of a signature, token or key that none of the secrets makes right.
  static func mismatch(_ what: String, in place: String) -> VerificationFailure {
    .expected(
      "\(what) in \(place) that belongs to the source's secret and to the request as it came", got: "another one")
  }

  /// The result of a computation; when it fails, that is no fault of the request, and the failure says so.
  static func unlessWrong<Result>(_ compute: () throws(SigningError) -> Result) throws(VerificationFailure) -> Result {
    do throws(SigningError) {
      return try compute()
    } catch {
      throw VerificationFailure("the request could not be checked: \(error)", isOurs: true)
    }
  }
}
