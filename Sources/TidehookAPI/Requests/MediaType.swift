// Which media types a body may have. JSON is read whatever it is called, unless it clearly is something else.

import HTTPTypes

enum MediaType {
  /// Refuses what cannot be JSON: forms with files, HTML, XML, images, and compressed bodies.
  ///
  /// `application/x-www-form-urlencoded` passes because curl claims it for every `--data`.
  static func check(_ headers: HTTPFields) throws {
    try checkEncoding(headers)
    guard let type = headers.value(of: .contentType), type != "application/json" else { return }
    let essence = essence(type)
    let isAccepted = essence.isEmpty || essence.contains("json") || accepted.contains(essence)
    guard isAccepted else {
      throw APIError(.unsupportedMediaType, "expected Content-Type application/json, got \(quoted(type))", field: "Content-Type")
    }
  }

  /// Refuses compressed bodies.
  static func checkEncoding(_ headers: HTTPFields) throws {
    if let encoding = headers.value(of: .contentEncoding), encoding.lowercased() != "identity" {
      throw APIError(.unsupportedMediaType, "expected a body without Content-Encoding, got \(quoted(encoding))", field: "Content-Encoding")
    }
  }

  /// Whether the body is declared to be one JSON value per line.
  static func isLines(_ headers: HTTPFields) -> Bool {
    guard let type = headers.value(of: .contentType).map(essence) else { return false }
    return type.hasSuffix("ndjson") || type.hasSuffix("jsonl") || type.hasSuffix("json-lines")
  }

  private static let accepted: Set<String> = ["text/plain", "application/octet-stream", "application/x-www-form-urlencoded"]

  /// The type without its parameters, in lower case.
  static func essence(_ type: String) -> String {
    String(type.prefix { $0 != ";" && $0 != " " }).lowercased()
  }
}
