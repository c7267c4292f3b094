// What a source plugin's manifest says of its provider, and rules of repeats, in JSON.

extension SourcePreset {
  /// The members of a manifest that make a preset.
  public static let members = ["verify", "dedupe", "methods", "open_methods"]

  /// Reads `{"verify": {…}, "dedupe"?: {…}, "methods"?: ["POST"], "open_methods"?: ["OPTIONS"]}`.
  public init(json: JSONValue) throws(JSONProblem) {
    let members = try JSONMembers(json, known: Self.members)
    guard let verify = members["verify"] else { throw JSONProblem("verify", "is required, an object with scheme") }
    do {
      self.init(verify: try VerificationRule(json: verify))
    } catch {
      throw error.within("verify")
    }
    do {
      dedupe = try members["dedupe"].map { (rule) throws(JSONProblem) in try DedupeRule(json: rule) }
    } catch {
      throw error.within("dedupe")
    }
    methods = try Self.methods(members, "methods") ?? methods
    openMethods = try Self.methods(members, "open_methods") ?? []
    guard !methods.isEmpty else { throw JSONProblem("methods", "expected at least one method") }
  }

  /// The preset as manifests write it.
  public var json: JSONValue {
    [
      "verify": verify.json, "dedupe": dedupe?.json ?? .null, "methods": .array(methods.map { .string($0) }),
      "open_methods": .array(openMethods.map { .string($0) }),
    ]
  }

  /// The methods that a source may take.
  public static let knownMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

  private static func methods(_ members: JSONMembers, _ name: String) throws(JSONProblem) -> [String]? {
    try members.list(name, "one of " + knownMethods.joined(separator: ", "), most: knownMethods.count) { method in
      knownMethods.contains(method) ? method : nil
    }
  }
}

extension DedupeRule {
  /// For how long an id may be remembered, in seconds: up to 30 days.
  public static let windows: ClosedRange<Int64> = 1...2_592_000

  /// Reads `{"header": "X-GitHub-Delivery"}` or `{"path": "data.id", "window_secs": 3600}`.
  public init(json: JSONValue) throws(JSONProblem) {
    let members = try JSONMembers(json, known: ["header", "path", "window_secs"])
    let window = try members.integer("window_secs", in: Self.windows)
    switch (try members.headerName("header"), try members.text("path")) {
    case (let header?, nil): self.init(.header(header))
    case (nil, let path?):
      guard !path.split(separator: ".", omittingEmptySubsequences: false).contains("") else {
        throw JSONProblem("path", "expected names of members like data.id, got \"\(path)\"")
      }
      self.init(.path(path))
    case (nil, nil): throw JSONProblem("", "expected header or path")
    case (_?, _?): throw JSONProblem("path", "expected header or path, got both")
    }
    windowSeconds = window ?? windowSeconds
  }

  /// The rule in the form that ``init(json:)`` reads.
  public var json: JSONValue {
    switch key {
    case .header(let name): ["header": .string(name), "window_secs": .integer(windowSeconds)]
    case .path(let path): ["path": .string(path), "window_secs": .integer(windowSeconds)]
    }
  }

  /// The longest id that is remembered, in bytes.
  public static let longestID = 512

  /// The sender's id of a request; `nil` when it has none.
  public func id(of request: InboundRequest) -> String? {
    switch key {
    case .header(let name): request.header(name).flatMap { $0.isEmpty ? nil : $0 }
    case .path(let path): Self.id(at: path, in: request.body)
    }
  }

  private static func id(at path: String, in body: [UInt8]) -> String? {
    guard var view = try? JSONView(body) else { return nil }
    let names = path.split(separator: ".").map(String.init)
    for name in names.dropLast() {
      guard let inner = view[name]?.view else { return nil }
      view = inner
    }
    guard let value = names.last.flatMap({ view[$0] }) else { return nil }
    switch value.kind {
    case .string: return value.string.flatMap { $0.isEmpty ? nil : $0 }
    case .number: return String(decoding: value.text, as: UTF8.self)
    case .object, .array, .bool, .null: return nil
    }
  }
}
