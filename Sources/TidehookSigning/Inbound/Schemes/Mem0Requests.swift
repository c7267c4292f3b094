// Mem0's signatures as they are found in the wild; Mem0 documents none.

import TidehookCore

/// `X-Mem0-Signature-256: sha256=` and HMAC-SHA256 of the body in hex, or `x-mem0-signature` with or without the prefix.
///
/// When both headers are there, both must be right.
struct Mem0Requests: InboundVerifier, InboundSigner {
  private static let current = SignatureForm.mem0
  private static let older = SignatureForm.mem0Bare
  private static let olderPrefixed = SignatureForm(header: older.header, prefix: current.prefix)
  private let keys: HMACKeys

  init(_ secrets: [Secret]) throws(SigningError) { keys = try HMACKeys(secrets) }

  func verify(_ request: InboundRequest, at now: Timestamp) throws(VerificationFailure) {
    let hasCurrent = request.header(Self.current.header) != nil
    let hasOlder = request.header(Self.older.header) != nil
    guard hasCurrent || hasOlder else {
      throw .expected("header \(Self.current.header) or \(Self.older.header)", got: "neither")
    }
    if hasCurrent { try check(try Self.current.read(request), request, Self.current) }
    if hasOlder { try check(try Self.readOlder(request), request, Self.older) }
  }

  func sign(_ request: inout InboundRequest, messageID: String, at now: Timestamp) throws(SigningError) {
    Self.current.write(try keys.code(for: request.body), to: &request)
  }

  private func check(_ signature: [UInt8], _ request: InboundRequest, _ form: SignatureForm) throws(VerificationFailure) {
    guard try keys.match([signature], request.body) else { throw .mismatch("a signature", in: "header \(form.header)") }
  }

  private static func readOlder(_ request: InboundRequest) throws(VerificationFailure) -> [UInt8] {
    let value = try request.single(older.header)
    guard let signature = older.decode(value) ?? olderPrefixed.decode(value) else { throw older.malformed(value) }
    return signature
  }
}
