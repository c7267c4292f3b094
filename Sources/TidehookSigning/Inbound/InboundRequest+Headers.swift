// Reads and writes the headers of requests to sources.

import TidehookCore

extension InboundRequest {
  /// The value of a header that must be there once. A second one would leave open which of them counts, here and behind us.
  func single(_ name: String) throws(VerificationFailure) -> String {
    let values = values(of: name)
    guard let value = values.first else { throw .expected("header \(name)", got: "none") }
    guard values.count == 1 else { throw .expected("header \(name) once", got: "it \(values.count) times") }
    guard !value.isEmpty else { throw .expected("header \(name)", got: "an empty one") }
    return value
  }

  /// The values of all headers of that name, which is compared without regard to case.
  func values(of name: String) -> [String] {
    let wanted = name.lowercased()
    return headers.compactMap { $0.name.lowercased() == wanted ? $0.value : nil }
  }

  /// Sets a header, in place of all of that name.
  mutating func setHeader(_ name: String, _ value: String) {
    let wanted = name.lowercased()
    headers.removeAll { $0.name.lowercased() == wanted }
    headers.append(HeaderField(name, value))
  }

  /// The media type without parameters, in lower case; empty when there is none.
  var mediaType: String {
    let type = header("Content-Type") ?? ""
    return String(type.prefix { $0 != ";" && $0 != " " }).lowercased()
  }
}
