// The calls that make, show, change and delete sources.

import HTTPTypes
import Hummingbird
import TidehookCore

/// `/v1/sources` and `/v1/sources/{id}`.
struct SourceRoutes: Sendable {
  let directory: SourceDirectory
  let receiver: any RequestReceiver
  let catalog: any PluginCatalog
  let secrets: SecretSource
  let time: any TimeSource
  let ids: IDGenerator
  let limits: APILimits

  var routes: [Route] {
    [
      Route(Self.create, create), Route(Self.list, list), Route(Self.show, show), Route(Self.update, update), Route(Self.remove, remove),
    ]
  }

  private func create(_ request: APIRequest) async throws -> Response {
    let changes = try SourceChanges(try await request.json(limit: limits.bodyBytes))
    let code = try await code(after: changes, of: .body)
    let made = try changes.source(
      id: SourceID(ids.next()), preset: preset(of: code), now: time.now(), generate: secrets.secret(for:))
    var source = made.source
    source.code = code
    source.namespace = try request.principal.namespace(source.namespace)
    if let namespace = source.namespace { try request.principal.checkPublishing(in: namespace) }
    try await directory.add(source, by: request.principal.name)
    return answer(source, secret: made.generated, status: .created)
  }

  private func list(_ request: APIRequest) async throws -> Response {
    let limit = try request.query.limit()
    let start = try request.query.cursor(.sources) ?? Int64.min
    let sources = directory.sources().filter { $0.id.key > start && request.principal.mayUse($0.namespace) }
    return Page(sources.prefix(limit), of: .sources, hasMore: sources.count > limit, key: \.id.key)
      .answer { [options = SecretOptions(catalog.plugins())] in $1.source($0, hiding: options) }
  }

  private func show(_ request: APIRequest) async throws -> Response {
    answer(try directory.known(request).source)
  }

  /// Changes a source; when somebody else changed it meanwhile, once more on top of that.
  private func update(_ request: APIRequest) async throws -> Response {
    _ = try directory.known(request)
    let changes = try SourceChanges(try await request.json(limit: limits.bodyBytes))
    do {
      return try await apply(changes, to: try directory.known(request).source, by: request.principal)
    } catch let failure as StoreError where failure.code == .stale {
      return try await apply(changes, to: try directory.known(request).source, by: request.principal)
    }
  }

  private func apply(_ changes: SourceChanges, to current: Source, by principal: Principal) async throws -> Response {
    let code = try await code(after: changes, of: current.code)
    let made = try changes.applied(to: current, preset: preset(of: code), generate: secrets.secret(for:))
    var changed = made.source
    changed.code = code
    changed.namespace = try principal.namespace(changed.namespace)
    if let namespace = changed.namespace, namespace != current.namespace { try principal.checkPublishing(in: namespace) }
    guard changed != current else { return answer(current, secret: made.generated) }
    changed.revision = current.revision + 1
    changed.updatedAt = time.now()
    try await directory.replace(changed, by: principal.name)
    return answer(changed, secret: made.generated)
  }

  private func remove(_ request: APIRequest) async throws -> Response {
    try await directory.remove(try directory.known(request).source.id)
    return Response(status: .noContent)
  }

  private func code(after changes: SourceChanges, of current: SourceCode) async throws -> SourceCode {
    guard changes.code.isGiven else { return current }
    return try await changes.code.resolved(replacing: current, secrets: SecretOptions(catalog.plugins()), receiver: receiver)
  }

  private func preset(of code: SourceCode) -> SourcePreset? {
    if case .plugin(let stage) = code { receiver.preset(of: stage.name) } else { nil }
  }

  private func answer(_ source: Source, secret: Secret? = nil, status: HTTPResponse.Status = .ok) -> Response {
    var json = JSONWriter(reserving: 1024)
    json.source(source, hiding: SecretOptions(catalog.plugins()), secret: secret)
    return .json(json, status: status)
  }
}

extension SourceDirectory {
  /// The source that the path of a request names, as far as the key may see it.
  func known(_ request: APIRequest) throws(APIError) -> ActiveSource {
    guard let active = SourceID(request.id).flatMap({ self[$0] }), request.principal.mayUse(active.source.namespace) else {
      throw APIError.notFound("source", request.id)
    }
    return active
  }
}

extension SecretSource {
  /// A secret that its scheme can use and that people can paste: base 64 for Standard Webhooks, which decodes it; for all others text that
  /// is the same in a URL, a header and a form.
  func secret(for scheme: VerificationScheme) throws -> Secret {
    let made = try generate()
    guard scheme != .standard else { return made }
    let characters = made.revealed.utf8.dropFirst(made.revealed.hasPrefix("whsec_") ? 6 : 0).compactMap { byte -> UInt8? in
      switch byte {
      case UInt8(ascii: "+"): UInt8(ascii: "-")
      case UInt8(ascii: "/"): UInt8(ascii: "_")
      case UInt8(ascii: "="): nil
      default: byte
      }
    }
    let text = String(decoding: characters, as: UTF8.self)
    return Secret(scheme == .basic ? "tidehook:\(text)" : text)
  }
}

extension SourceRoutes {
  static let operations = [create, list, show, update, remove]

  private static let create = Operation(
    id: "createSource", method: .post, path: "/v1/sources", isScoped: true,
    summary: "Make a source, which receives what others send.", body: "NewSource", success: 201, answer: "CreatedSource")

  private static let list = Operation(
    id: "listSources", method: .get, path: "/v1/sources", isScoped: true, summary: "List sources, oldest first.",
    query: QueryParameter.paging, answer: "SourcePage")

  private static let show = Operation(
    id: "showSource", method: .get, path: "/v1/sources/{id}", isScoped: true, summary: "Show a source.", answer: "Source")

  private static let update = Operation(
    id: "updateSource", method: .patch, path: "/v1/sources/{id}", isScoped: true,
    summary: "Change some fields of a source; null sets a field back to its default.", body: "SourceChanges", answer: "CreatedSource")

  private static let remove = Operation(
    id: "deleteSource", method: .delete, path: "/v1/sources/{id}", isScoped: true,
    summary: "Delete a source and all that it received.", success: 204, answer: "")
}
