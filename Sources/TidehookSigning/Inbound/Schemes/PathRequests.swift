// A secret in the URL, for senders that sign nothing and send no headers of our choice.

import TidehookCore

/// What follows the source's id in the path is the secret: `/in/src_…/SECRET`.
struct PathRequests: InboundVerifier, InboundSigner {
  private let tokens: SharedTokens

  /// Secrets are written into URLs as they stand, so they may have only characters that no client and no proxy writes otherwise.
  init(_ secrets: [Secret]) throws(SigningError) {
    tokens = try SharedTokens(secrets) { secret throws(SigningError) in
      guard secret.utf8.allSatisfy(Self.isUnreserved) else {
        throw .unusable(field: "secrets", expected: "letters, digits and -._~ only, since it stands in a path", got: "other characters")
      }
    }
  }

  func verify(_ request: InboundRequest, at now: Timestamp) throws(VerificationFailure) {
    guard request.path.utf8.count > 1 else { throw .expected("a secret behind the source's id in the path", got: "none") }
    try tokens.check(Array(request.path.utf8.dropFirst()), "a secret", in: "the path")
  }

  func sign(_ request: inout InboundRequest, messageID: String, at now: Timestamp) throws(SigningError) {
    let end = request.url.firstIndex(of: "?") ?? request.url.endIndex
    let base = request.url[..<end].hasSuffix("/") ? request.url[..<end].dropLast() : request.url[..<end]
    request.url = base + "/" + tokens.first + request.url[end...]
    request.path = "/" + tokens.first
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }
}
