// A rule as requests, answers, the store and the manifests of plugins write it.

extension VerificationRule {
  /// The members of a rule.
  public static let members = [
    "scheme", "tolerance_secs", "header", "algorithm", "encoding", "prefix", "template", "timestamp_header", "id_header", "url",
  ]

  /// Reads `{"scheme": "github"}`, `{"scheme": "hmac", "header": "X-Signature", "prefix": "sha256="}`.
  /// - Throws: a problem at the member that is to blame, one that its scheme does not use included.
  public init(json: JSONValue) throws(JSONProblem) {
    let members = try JSONMembers(json, known: Self.members)
    guard let scheme: VerificationScheme = try members.choice("scheme") else {
      throw JSONProblem("scheme", "is required, one of " + VerificationScheme.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self.init(scheme)
    for name in Self.members where members[name] != nil && !Self.uses(name, scheme) {
      throw JSONProblem(name, "does not go with scheme \(scheme.rawValue)")
    }
    toleranceSeconds = try members.integer("tolerance_secs", in: 1...86_400)
    header = try members.headerName("header")
    algorithm = try members.choice("algorithm")
    encoding = try members.choice("encoding")
    prefix = try members.text("prefix", longest: 64)
    template = try members.text("template")
    timestampHeader = try members.headerName("timestamp_header")
    idHeader = try members.headerName("id_header")
    url = try members.text("url", longest: 2048)
    try checkWhole()
  }

  /// The rule without what is the scheme's own.
  public var json: JSONValue {
    let values: [(String, JSONValue?)] = [
      ("scheme", .string(scheme.rawValue)), ("tolerance_secs", toleranceSeconds.map { .integer($0) }),
      ("header", header.map { .string($0) }),
      ("algorithm", algorithm.map { .string($0.rawValue) }), ("encoding", encoding.map { .string($0.rawValue) }),
      ("prefix", prefix.map { .string($0) }), ("template", template.map { .string($0) }),
      ("timestamp_header", timestampHeader.map { .string($0) }), ("id_header", idHeader.map { .string($0) }),
      ("url", url.map { .string($0) }),
    ]
    return .object(values.compactMap { name, value in value.map { JSONValue.Member(name, $0) } })
  }

  private static func uses(_ member: String, _ scheme: VerificationScheme) -> Bool {
    switch member {
    case "scheme": true
    case "tolerance_secs": scheme.isTimed
    case "header": scheme == .hmac || scheme == .apiKey
    case "url": scheme == .twilio || scheme == .hmac
    default: scheme == .hmac
    }
  }

  /// What the members must have of each other.
  private func checkWhole() throws(JSONProblem) {
    guard scheme == .hmac || scheme == .apiKey else { return }
    guard header != nil else { throw JSONProblem("header", "is required by scheme \(scheme.rawValue), the name of a header") }
    let names = try Self.placeholders(of: template ?? "{body}", known: Self.placeholders)
    guard names.contains("body") else { throw JSONProblem("template", "expected {body} in it, or the content is not signed") }
    try Self.checkHeader(timestampHeader, "timestamp_header", for: "timestamp", in: names)
    try Self.checkHeader(idHeader, "id_header", for: "id", in: names)
    guard toleranceSeconds == nil || timestampHeader != nil else {
      throw JSONProblem("timestamp_header", "is required by tolerance_secs")
    }
  }

  /// A header and its place in the template need each other: what is not signed proves nothing.
  private static func checkHeader(_ header: String?, _ member: String, for place: String, in names: [String]) throws(JSONProblem) {
    if header == nil, names.contains(place) { throw JSONProblem(member, "is required by {\(place)} in template") }
    if header != nil, !names.contains(place) { throw JSONProblem("template", "expected {\(place)} in it, since \(member) is set") }
  }

  private static let placeholders = ["body", "timestamp", "id", "method", "url", "path"]

  /// The places in a template, such as `{body}`; throws for one that is not `known`.
  static func placeholders(of template: String, known placeholders: [String]) throws(JSONProblem) -> [String] {
    var names: [String] = []
    for part in template.split(separator: "{", omittingEmptySubsequences: false).dropFirst() {
      let name = String(part.prefix { $0 != "}" })
      guard part.contains("}"), placeholders.contains(name) else {
        let known = placeholders.map { "{\($0)}" }.joined(separator: ", ")
        throw JSONProblem("template", "expected no braces but those of \(known), got {\(name.prefix(32))")
      }
      names.append(name)
    }
    return names
  }
}

extension VerificationScheme {
  /// Whether requests carry a signed time, which may be off by a tolerance.
  public var isTimed: Bool {
    switch self {
    case .standard, .stripe, .slack, .linear, .sendgrid, .discord, .hmac: true
    case .none, .rem, .mem0, .github, .gitlab, .shopify, .twilio, .pagerduty, .bearer, .basic, .apiKey, .path: false
    }
  }

  /// Whether the secret is one that the receiver chooses and tells the sender, so that Tidehook can make it; the other senders make it, or a
  /// pair of keys, and show it when they are told the URL.
  public var takesChosenSecret: Bool {
    switch self {
    case .rem, .mem0, .standard, .github, .gitlab, .hmac, .bearer, .basic, .apiKey, .path: true
    case .none, .stripe, .slack, .shopify, .linear, .twilio, .sendgrid, .discord, .pagerduty: false
    }
  }
}
