// Signs and checks by schemes of one keyed hash in a header of its own.

import TidehookCore

/// Adds the header, those of what is signed beside the body, and while a secret is being replaced a second signature in the header
/// `…-Previous`: verifiers of these schemes take one signature to a header.
struct HeaderSigner: Signer, SignatureChecker {
  private let scheme: HeaderScheme
  private let keys: RotatingKey<HMACKey>

  /// - Parameter keys: keys of the scheme's hash.
  init(_ scheme: HeaderScheme, _ keys: RotatingKey<HMACKey>) {
    self.scheme = scheme
    self.keys = keys
  }

  var roles: [(name: String, role: HeaderRole)] {
    scheme.forms.flatMap { [($0.header, .signature), ($0.header + HeaderScheme.previousSuffix, .signature)] }
      + (scheme.timestampHeader.map { [($0, .timestamp)] } ?? []) + (scheme.idHeader.map { [($0, .id)] } ?? [])
  }

  func headers(for message: SignableMessage) throws(SigningError) -> [SignatureHeader] {
    let timestamp = String(message.timestamp)
    let text = scheme.text(id: message.id, timestamp: timestamp, body: message.body)
    let code = try keys.current.code(of: text)
    var headers: [SignatureHeader] = scheme.forms.map { ($0.header, $0.text(code)) }
    if let previous = keys.previous(at: message.timestamp) {
      let code = try previous.code(of: text)
      headers += scheme.forms.map { ($0.header + HeaderScheme.previousSuffix, $0.text(code)) }
    }
    if let header = scheme.timestampHeader { headers.append((header, timestamp)) }
    if let header = scheme.idHeader { headers.append((header, message.id)) }
    return headers
  }

  /// Of several headers each must be right; a header and its `…-Previous` vouch for each other's absence.
  func verify(_ headers: ReceivedHeaders, body: [UInt8], clock: VerificationClock) throws(SigningError) -> SignatureVerdict {
    guard scheme.isPresent(in: headers) else { return .missing }
    let timestamp = scheme.timestampHeader.map { headers[$0] ?? "" }
    guard let age = timestamp.map({ clock.age(of: $0) }) ?? 0 else {
      return .malformed(scheme.scheme, header: scheme.timestampHeader ?? "")
    }
    let id = scheme.idHeader.map { headers[$0] ?? "" }
    guard id?.isEmpty != true else { return .malformed(scheme.scheme, header: scheme.idHeader ?? "") }
    let code = try keys.current.code(of: scheme.text(id: id ?? "", timestamp: timestamp ?? "", body: body))
    let expected = scheme.forms.map { Array($0.text(code).utf8) }
    guard scheme.forms.allSatisfy({ Self.isRight(HeaderScheme.values(of: $0, in: headers), expected) }) else {
      return .mismatch(scheme.scheme)
    }
    return clock.allows(age: age) ? .valid([scheme.scheme]) : .staleTimestamp(scheme.scheme, ageSeconds: age)
  }

  /// Whether one of a header's values is as expected; a header that is not there does not count.
  private static func isRight(_ values: [String], _ expected: [[UInt8]]) -> Bool {
    values.isEmpty || values.contains { value in expected.contains { constantTimeEquals(Array(value.utf8), $0) } }
  }
}
