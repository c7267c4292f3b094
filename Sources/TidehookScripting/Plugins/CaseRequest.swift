// The request of a case, for `receive`.

import TidehookCore
import TidehookSigning

/// A request as cases.json writes it.
public struct CaseRequest: Sendable {
  /// `{method, path, query, headers}`.
  let head: JSONValue
  /// The body's bytes.
  let body: [UInt8]

  private static let members = ["method", "path", "query", "headers", "body", "json", "body_base64"]

  /// Reads a request. Its body is `body`, a text; or `json`, any value, whose content type goes without saying; or `body_base64`, bytes.
  init(_ given: JSONValue, at place: String) throws(PluginProblem) {
    var fields = ManifestFields(given, of: "\(place): request")
    try fields.expectOnly(Self.members)
    let json = fields.take("json")
    let text = try fields.optionalText("body")
    let encoded = try fields.optionalText("body_base64")
    guard [json != nil, text != nil, encoded != nil].count(where: { $0 }) <= 1 else {
      throw PluginProblem("\(place): request: expected one of body, json and body_base64, got several")
    }
    guard let bytes = encoded.map({ Base64.decode($0.utf8) }) ?? json?.bytes ?? Array((text ?? "").utf8) else {
      throw fields.problem("body_base64", expected: "base64", got: .string(encoded ?? ""))
    }
    body = bytes
    let usual: JSONValue = json == nil ? [:] : ["content-type": "application/json"]
    head = [
      "method": .string(try fields.optionalText("method") ?? "POST"), "path": .string(try fields.optionalText("path") ?? ""),
      "query": try fields.object("query") ?? [:], "headers": (try fields.object("headers") ?? [:]).filled(with: usual),
    ]
  }
}

extension JSONValue {
  /// An object with the members of another one that it does not have itself.
  func filled(with other: JSONValue) -> JSONValue {
    .object((members ?? []) + (other.members ?? []).filter { self[$0.key] == nil })
  }
}
