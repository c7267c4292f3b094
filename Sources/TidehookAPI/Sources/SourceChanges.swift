// What a request says about a source, field by field, each checked; creating and changing one are the same thing from here on.

import TidehookCore

/// Checked changes of a source.
struct SourceChanges {
  let code: SourceCodeFields
  private let name: Change<String>
  private let namespace: Change<Namespace>
  private let verify: Change<VerificationRule>
  private let secrets: Change<[Secret]>
  private let dedupe: Change<DedupeRule>
  private let methods: Change<[String]>
  private let contentTypes: Change<[String]>
  private let maxBodyBytes: Change<Int>
  private let rateLimit: Change<RateLimit>
  private let isActive: Change<Bool>

  /// Reads the body of a request.
  init(_ body: JSONValue) throws {
    let fields = try Fields(body, known: Self.names, readOnly: ["id", "url", "secret_count", "revision", "created_at", "updated_at"])
    code = try SourceCodeFields(fields)
    name = try fields.change("name") { try $0.sourceName() }
    namespace = try fields.change("namespace") { try $0.namespace() }
    verify = try fields.change("verify") { try $0.read(VerificationRule.init(json:)) }
    secrets = try Self.secrets(fields)
    dedupe = try fields.change("dedupe") { try $0.read(DedupeRule.init(json:)) }
    methods = try fields.change("methods") { try $0.methods() }
    contentTypes = try fields.change("content_types") { try $0.mediaTypes() }
    maxBodyBytes = try fields.change("max_body_bytes") { try $0.integer(in: 1...10_485_760) }
    rateLimit = try fields.change("rate_limit") { try $0.read(RateLimit.init(json:)) }
    isActive = try fields.change("active") { try $0.bool() }
  }

  private static let names = [
    "name", "plugin", "options", "script", "namespace", "verify", "secret", "secrets", "dedupe", "methods", "content_types",
    "max_body_bytes", "rate_limit", "active",
  ]

  private static func secrets(_ fields: Fields) throws -> Change<[Secret]> {
    let one = try fields.change("secret") { [try $0.sourceSecret()] }
    let several = try fields.change("secrets") { try $0.sourceSecrets() }
    guard one.isGiven, several.isGiven else { return one.isGiven ? one : several }
    throw APIError(.invalidField, "secrets: expected secret or secrets, got both", field: "secrets")
  }

  /// The source that these fields describe, with defaults for all that they leave out; its code is the caller's to set.
  /// - Parameters:
  ///   - preset: what its plugin brings.
  ///   - generate: makes a secret for a scheme.
  func source(
    id: SourceID, preset: SourcePreset?, now: Timestamp, generate: (VerificationScheme) throws -> Secret
  ) throws -> (source: Source, generated: Secret?) {
    let bare = Source(
      id: id, name: "", verify: preset?.verify ?? VerificationRule(.none), dedupe: preset?.dedupe, methods: preset?.methods ?? ["POST"],
      createdAt: now, updatedAt: now)
    guard case .set = verify else {
      guard preset != nil else { throw Self.missingVerify }
      return try applied(to: try named(bare), preset: preset, generate: generate)
    }
    return try applied(to: try named(bare), preset: preset, generate: generate)
  }

  /// A source after these changes; revision, time and code are the caller's to set. Comes with the secret that was made, if one was.
  func applied(
    to source: Source, preset: SourcePreset?, generate: (VerificationScheme) throws -> Secret
  ) throws -> (source: Source, generated: Secret?) {
    var changed = source
    if case .set(let name) = name { changed.name = name }
    changed.namespace = namespace.applied(to: source.namespace)
    switch verify {
    case .absent: break
    case .reset:
      guard let preset else { throw Self.missingVerify }
      changed.verify = preset.verify
    case .set(let rule): changed.verify = rule
    }
    changed.dedupe = dedupe.applied(to: source.dedupe)
    changed.methods = methods.applied(to: source.methods, default: preset?.methods ?? ["POST"])
    changed.contentTypes = contentTypes.applied(to: source.contentTypes, default: [])
    changed.maxBodyBytes = maxBodyBytes.applied(to: source.maxBodyBytes, default: 1 << 20)
    changed.rateLimit = rateLimit.applied(to: source.rateLimit)
    changed.isActive = isActive.applied(to: source.isActive, default: true)
    let generated = try setSecrets(of: &changed, generate)
    return (changed, generated)
  }

  /// Gives a source the secrets that its scheme asks for.
  /// - Returns: the one that was made, because none is there and it is the receiver who chooses.
  private func setSecrets(of source: inout Source, _ generate: (VerificationScheme) throws -> Secret) throws -> Secret? {
    guard source.verify.scheme != .none else {
      if case .set = secrets { throw APIError(.invalidField, "secret: verify.scheme none takes no secret", field: "secret") }
      source.secrets = []
      return nil
    }
    source.secrets = secrets.applied(to: source.secrets, default: [])
    guard source.secrets.isEmpty, source.verify.scheme.takesChosenSecret else { return nil }
    let generated = try generate(source.verify.scheme)
    source.secrets = [generated]
    return generated
  }

  /// A new source with its name, which may be that of its plugin: `github` for `from-github`.
  private func named(_ bare: Source) throws -> Source {
    var source = bare
    if case .set = name { return source }
    guard let plugin = try code.pluginName(after: .body) else {
      throw APIError(.missingField, "name: is required, \(Field.sourceNameExpectation)", field: "name")
    }
    source.name = plugin.hasPrefix("from-") ? String(plugin.dropFirst(5)) : plugin
    return source
  }

  private static let missingVerify = APIError(
    .missingField, "verify: is required, an object with scheme; {\"scheme\": \"none\"} takes requests from anybody", field: "verify")
}
