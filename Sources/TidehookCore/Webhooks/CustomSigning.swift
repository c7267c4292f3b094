// A signature that a webhook describes, for receivers whose scheme Tidehook does not know by name.

/// A keyed hash of what a template says, in a header of its own.
///
/// The words are those of a source's scheme `hmac`, so that a source with the same rule verifies what such a webhook sends.
public struct CustomSigning: Sendable, Hashable {
  /// The scheme's name.
  public static let name = "custom"
  /// The members of its description.
  public static let members = [
    "scheme", "header", "algorithm", "encoding", "prefix", "template", "timestamp_header", "id_header",
  ]
  /// Which parts of a request may be signed; the URL is not among them, since receivers behind a proxy see another one.
  private static let places = ["id", "timestamp", "body"]
  /// Where receivers find what is signed beside the body, unless the description says otherwise: as in Standard Webhooks.
  private static let usualHeaders = ["timestamp": "webhook-timestamp", "id": "webhook-id"]
  /// What stands in every request for another purpose.
  private static let foreignHeaders = HeaderField.framing.union(["content-type", "user-agent"])

  /// The description as the rule by which a source verifies it: always of scheme `hmac`, with a header.
  public let rule: VerificationRule

  /// Reads `{"scheme": "custom", "header": "X-Signature", "algorithm": "sha512", "template": "{timestamp}.{body}"}`.
  public init(json: JSONValue) throws(JSONProblem) {
    let given = try JSONMembers(json, known: Self.members)
    guard given["header"] != nil else { throw JSONProblem("header", "is required by scheme \(Self.name), the name of a header") }
    let places = try VerificationRule.placeholders(of: try given.text("template") ?? "{body}", known: Self.places)
    var members: [JSONValue.Member] = [.init("scheme", .string(VerificationScheme.hmac.rawValue))]
    for name in Self.members where name != "scheme" {
      if let value = given[name] { members.append(.init(name, value)) }
    }
    for (place, header) in Self.usualHeaders where places.contains(place) && given["\(place)_header"] == nil {
      members.append(.init("\(place)_header", .string(header)))
    }
    rule = try VerificationRule(json: .object(members))
    try checkHeaders()
  }

  /// The header that holds the signature.
  public var header: String { rule.header ?? "" }

  /// The description as ``init(json:)`` reads it.
  public var json: JSONValue {
    let members = rule.json.members ?? []
    return .object(members.map { $0.key == "scheme" ? .init("scheme", .string(Self.name)) : $0 })
  }

  private func checkHeaders() throws(JSONProblem) {
    let names = [("header", rule.header), ("timestamp_header", rule.timestampHeader), ("id_header", rule.idHeader)]
    var seen: Set<String> = []
    for case (let member, let name?) in names {
      guard !Self.foreignHeaders.contains(name.lowercased()) else {
        throw JSONProblem(member, "expected a header that Tidehook does not set by itself, got \(name)")
      }
      guard seen.insert(name.lowercased()).inserted else {
        throw JSONProblem(member, "expected a header of its own, got \(name) twice")
      }
    }
    let isPrintable = (rule.prefix ?? "").utf8.allSatisfy { (0x20...0x7e).contains($0) }
    guard isPrintable, rule.prefix?.hasPrefix(" ") != true else {
      throw JSONProblem("prefix", "expected printable ASCII that does not begin with a space")
    }
  }
}
