// How requests are signed: the schemes that Tidehook knows by name, and one that a webhook describes.

/// How a request is signed.
public enum SigningScheme: Sendable, Hashable {
  /// REM Labs' `X-REM-Signature`.
  case rem
  /// Standard Webhooks 1.0.0, symmetric (`v1`).
  case standard
  /// Standard Webhooks 1.0.0, asymmetric (`v1a`): Ed25519, with a key pair of the webhook's own.
  case standardEd25519
  /// What receivers of Mem0's webhooks check: `X-Mem0-Signature` and `X-Mem0-Signature-256`.
  case mem0
  /// GitHub's `X-Hub-Signature-256`.
  case github
  /// Stripe's `Stripe-Signature`.
  case stripe
  /// Slack's `X-Slack-Signature` and `X-Slack-Request-Timestamp`.
  case slack
  /// Shopify's `X-Shopify-Hmac-SHA256`.
  case shopify
  /// A keyed hash in a header that the webhook describes.
  case custom(CustomSigning)

  /// The schemes that need nothing but their name.
  public static let named: [SigningScheme] = [.rem, .standard, .standardEd25519, .mem0, .github, .stripe, .slack, .shopify]

  /// What a webhook gets that asks for nothing else.
  public static let defaults: [SigningScheme] = [.rem, .standard]

  /// The name, as the API, the commands and the store write it.
  public var name: String {
    switch self {
    case .rem: "rem"
    case .standard: "standard"
    case .standardEd25519: "standard-ed25519"
    case .mem0: "mem0"
    case .github: "github"
    case .stripe: "stripe"
    case .slack: "slack"
    case .shopify: "shopify"
    case .custom: CustomSigning.name
    }
  }

  /// Whether the event's id is part of what is signed.
  public var signsID: Bool {
    switch self {
    case .standard, .standardEd25519: true
    case .custom(let signing): signing.rule.idHeader != nil
    case .rem, .mem0, .github, .stripe, .slack, .shopify: false
    }
  }

  /// The scheme of that name; `nil` for an unknown one, and for `custom`, which needs more than a name.
  public init?(name: String) {
    guard let scheme = Self.named.first(where: { $0.name == name }) else { return nil }
    self = scheme
  }
}

extension SigningScheme {
  /// How many schemes a webhook may have.
  public static let mostSchemes = 10

  /// What is expected of one scheme, for messages.
  public static let expectation =
    named.map(\.name).joined(separator: ", ") + #", or an object like {"scheme": "custom", "header": "X-Signature"}"#

  /// Reads `"github"`, `{"scheme": "github"}` or `{"scheme": "custom", "header": "X-Signature", …}`.
  public init(json: JSONValue) throws(JSONProblem) {
    if let name = json.stringValue, let scheme = SigningScheme(name: name) {
      self = scheme
      return
    }
    guard let name = json["scheme"]?.stringValue else {
      let isNameless = json.members != nil
      throw isNameless ? JSONProblem("scheme", "is required") : JSONMembers.unexpected("", Self.expectation, json)
    }
    if name == CustomSigning.name {
      self = .custom(try CustomSigning(json: json))
      return
    }
    guard let scheme = SigningScheme(name: name) else {
      throw JSONMembers.unexpected(
        "scheme", "one of " + (Self.named.map(\.name) + [CustomSigning.name]).joined(separator: ", "), json["scheme"] ?? .null)
    }
    _ = try JSONMembers(json, known: ["scheme"])
    self = scheme
  }

  /// The scheme as ``init(json:)`` reads it.
  public var json: JSONValue {
    if case .custom(let signing) = self { signing.json } else { .string(name) }
  }

  /// Reads an array of schemes; repetitions count once.
  public static func list(json: JSONValue) throws(JSONProblem) -> [SigningScheme] {
    guard let elements = json.elements, elements.count <= mostSchemes else {
      throw JSONMembers.unexpected("", "an array of at most \(mostSchemes) signing schemes: \(expectation)", json)
    }
    var schemes: [SigningScheme] = []
    for (index, element) in elements.enumerated() {
      do throws(JSONProblem) {
        let scheme = try SigningScheme(json: element)
        if !schemes.contains(scheme) { schemes.append(scheme) }
      } catch {
        throw error.within("[\(index)]")
      }
    }
    return schemes
  }
}
