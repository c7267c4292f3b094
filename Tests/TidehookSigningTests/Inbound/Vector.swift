// What a provider published, or what was computed once from its description.

import Testing
import TidehookCore
import TidehookSigning

/// A rule, a secret and a time that requests are checked with.
struct Vector {
  var rule: VerificationRule
  var secret: Secret
  var time: Int64 = 1_614_265_330

  init(_ scheme: VerificationScheme, _ secret: Secret, at time: Int64 = 1_614_265_330) {
    rule = VerificationRule(scheme)
    self.secret = secret
    self.time = time
  }

  /// Verifies a request.
  func verify(_ request: InboundRequest) throws {
    try SourceVerifier(rule, secrets: [secret]).verify(request, at: Timestamp(microseconds: time * 1_000_000))
  }

  /// Verifies a body with headers.
  func verify(_ body: String, _ headers: [(String, String)]) throws {
    try verify(InboundRequest(headers: headers.map { HeaderField($0.0, $0.1) }, body: Array(body.utf8)))
  }

  /// The failure of a body with headers; `nil` when it is believed.
  func failure(_ body: String, _ headers: [(String, String)]) -> String? {
    do {
      try verify(body, headers)
      return nil
    } catch {
      return "\(error)"
    }
  }
}
