// How a header holds one keyed hash.

import TidehookCore

/// A header with one signature: where it stands, what precedes it and how it is written.
struct SignatureForm: Sendable {
  /// The header's name.
  let header: String
  /// What stands before the signature.
  var prefix = ""
  /// How the signature is written.
  var encoding = SignatureEncoding.hex
  /// The hash, which decides how long the signature is.
  var algorithm = HashAlgorithm.sha256

  /// The signature of a request's header.
  func read(_ request: InboundRequest) throws(VerificationFailure) -> [UInt8] {
    let value = try request.single(header)
    guard let signature = decode(value) else { throw malformed(value) }
    return signature
  }

  /// The bytes of a value of the header; `nil` when it has another form.
  func decode(_ value: some StringProtocol) -> [UInt8]? {
    guard value.hasPrefix(prefix) else { return nil }
    let signature = encoding.decode(value.dropFirst(prefix.count))
    return signature?.count == algorithm.byteCount ? signature : nil
  }

  /// The value of the header for a signature.
  func text(_ code: [UInt8]) -> String { prefix + encoding.encode(code) }

  /// Adds the header to a request.
  func write(_ code: [UInt8], to request: inout InboundRequest) { request.setHeader(header, text(code)) }

  /// The failure of a value that ``decode(_:)`` does not take.
  func malformed(_ value: String) -> VerificationFailure {
    let form = encoding.expectation(byteCount: algorithm.byteCount)
    let expectation = prefix.isEmpty ? form : "\(prefix) and \(form)"
    return .expected("\(expectation) in header \(header)", got: "\(value.utf8.count) bytes of another form")
  }
}

extension SignatureEncoding {
  /// The bytes that a text stands for, or `nil`.
  func decode(_ text: some StringProtocol) -> [UInt8]? {
    switch self {
    case .hex: Hex.decode(String(text))
    case .base64: Base64.decode(text.utf8)
    case .base64url: Base64.decodeForURL(text.utf8)
    }
  }

  /// The text of bytes.
  func encode(_ bytes: [UInt8]) -> String {
    switch self {
    case .hex: Hex.encode(bytes)
    case .base64: Base64.encode(bytes)
    case .base64url: Base64.encodeForURL(bytes)
    }
  }

  /// What a text of so many bytes looks like.
  func expectation(byteCount: Int) -> String {
    switch self {
    case .hex: "\(byteCount * 2) hexadecimal digits"
    case .base64: "base64 of \(byteCount) bytes"
    case .base64url: "base64url of \(byteCount) bytes"
    }
  }
}
