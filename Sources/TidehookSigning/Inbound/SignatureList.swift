// Headers that hold several signatures: one for each secret that is valid just now, or for each version.

import TidehookCore

/// `name=value` pairs, separated by commas: `t=1614265330,v1=…,v1=…`.
struct SignatureList: Sendable {
  /// Most signatures of one version that are looked at. Providers send one or two; each costs work before the sender is known.
  static let mostSignatures = 16

  private let header: String
  private let items: [(name: Substring, value: Substring)]

  /// Splits the header of a request; what is no pair is skipped, as the providers' libraries do.
  init(_ request: InboundRequest, _ header: String) throws(VerificationFailure) {
    self.header = header
    items = try request.single(header).split(separator: ",").compactMap { item in
      let item = item.drop { $0 == " " }
      guard let mark = item.firstIndex(of: "=") else { return nil }
      return (item[..<mark], item[item.index(after: mark)...])
    }
  }

  /// The value of a pair that must be there once.
  func single(_ name: String) throws(VerificationFailure) -> String {
    let values = items.filter { $0.name == name }.map(\.value)
    guard values.count == 1 else { throw .expected("\(name)= once in header \(header)", got: "it \(values.count) times") }
    return String(values[0])
  }

  /// The hexadecimal signatures of one version; those of another form are skipped.
  func signatures(_ version: String) throws(VerificationFailure) -> [[UInt8]] {
    let texts = items.filter { $0.name == version }.map(\.value)
    return try Self.signatures(texts, "\(version)= and 64 hexadecimal digits", in: header) { Hex.decode(String($0)) }
  }

  /// The signatures among texts of one version: at least one and not too many.
  static func signatures(
    _ texts: [Substring], _ expectation: String, in header: String, decode: (Substring) -> [UInt8]?
  ) throws(VerificationFailure) -> [[UInt8]] {
    guard texts.count <= mostSignatures else {
      throw .expected("at most \(mostSignatures) signatures in header \(header)", got: "\(texts.count)")
    }
    let signatures = texts.compactMap(decode)
    guard !signatures.isEmpty else {
      throw .expected("\(expectation) in header \(header)", got: texts.isEmpty ? "no such signature" : "another form")
    }
    return signatures
  }
}
