// The calls that make, show and remove keys; they are the admin key's alone.

import Hummingbird
import TidehookCore

/// `/v1/keys` and what is below it.
struct KeyRoutes: Sendable {
  let ring: KeyRing
  let time: any TimeSource
  let limits: APILimits

  var routes: [Route] {
    [Route(Self.create, create), Route(Self.list, list), Route(Self.show, show), Route(Self.remove, remove)]
  }

  private func create(_ request: APIRequest) async throws -> Response {
    let fields = try Fields(
      try await request.json(limit: limits.bodyBytes), known: ["name", "namespaces", "expires_at"],
      readOnly: ["id", "key", "created_at"])
    let name = try fields.required("name").keyName()
    let namespaces = try fields["namespaces"]?.namespaces()
    let expiresAt = try fields["expires_at"]?.expiry(after: time.now())
    guard let made = try await ring.add(name: name, namespaces: namespaces ?? nil, expiresAt: expiresAt ?? nil) else {
      throw APIError(.conflict, "name: there is a key \(quoted(name)) already", field: "name")
    }
    var json = JSONWriter(reserving: 256)
    json.apiKey(made.key, text: made.text)
    return .json(json, status: .created)
  }

  private func list(_ request: APIRequest) throws -> Response {
    let limit = try request.query.limit()
    let start = try request.query.cursor(.keys) ?? Int64.min
    let keys = ring.keys().filter { $0.id.key > start }
    return Page(keys.prefix(limit), of: .keys, hasMore: keys.count > limit, key: \.id.key).answer { $1.apiKey($0) }
  }

  private func show(_ request: APIRequest) throws -> Response {
    guard let key = KeyID(request.id).flatMap({ ring.key($0) }) else { throw APIError.notFound("key", request.id) }
    var json = JSONWriter(reserving: 256)
    json.apiKey(key)
    return .json(json)
  }

  private func remove(_ request: APIRequest) async throws -> Response {
    guard let id = KeyID(request.id) else { throw APIError.notFound("key", request.id) }
    return try Self.answer(try await ring.remove(id), request)
  }

  @inline(never)
  private static func answer(_ isRemoved: Bool, _ request: APIRequest) throws -> Response {
    guard isRemoved else { throw APIError.notFound("key", request.id) }
    return Response(status: .noContent)
  }
}

extension Field {
  /// What people call a key; the makers of revisions that are no keys keep their names to themselves.
  fileprivate func keyName() throws -> String {
    let name = try webhookName()
    let reserved = [Principal.admin.name, Principal.nobody.name, WebhookRevision.receiver, WebhookRevision.unknown]
    guard !reserved.contains(name) else { throw unexpected("a name other than \(reserved.joined(separator: ", "))") }
    return name
  }

  /// What a key is limited to; `nil` for `null`.
  fileprivate func namespaces() throws -> [Namespace]? {
    if value == .null { return nil }
    let expectation = "null, or an array of 1 to 100 namespaces"
    let elements = try elements(expectation)
    guard (1...100).contains(elements.count) else { throw unexpected(expectation) }
    var namespaces: [Namespace] = []
    for element in elements {
      let namespace = try element.namespace()
      if !namespaces.contains(namespace) { namespaces.append(namespace) }
    }
    return namespaces
  }

  /// From when on a key is refused; `nil` for `null`.
  fileprivate func expiry(after now: Timestamp) throws -> Timestamp? {
    if value == .null { return nil }
    let expectation = "null, or a time to come like 2030-04-13T10:30:00Z"
    guard let time = value.stringValue.flatMap({ Timestamp(rfc3339: $0) }), time > now else { throw unexpected(expectation) }
    return time
  }
}

extension JSONWriter {
  /// Writes a key.
  /// - Parameter text: the key itself, in the one answer that shows it.
  fileprivate mutating func apiKey(_ apiKey: APIKey, text: String? = nil) {
    beginObject()
    key("id")
    string(apiKey.id.description)
    key("name")
    string(apiKey.name)
    key("namespaces")
    if let namespaces = apiKey.namespaces {
      beginArray()
      for namespace in namespaces { string(namespace.name) }
      endArray()
    } else {
      null()
    }
    key("created_at")
    string(apiKey.createdAt.rfc3339)
    key("expires_at")
    optional(apiKey.expiresAt?.rfc3339)
    if let text {
      key("key")
      string(text)
    }
    endObject()
  }
}

extension KeyRoutes {
  static let operations = [create, list, show, remove]

  private static let create = Operation(
    id: "createKey", method: .post, path: "/v1/keys", summary: "Make a key, limited to namespaces; only for the admin key.",
    body: "NewKey", success: 201, answer: "CreatedKey")

  private static let list = Operation(
    id: "listKeys", method: .get, path: "/v1/keys", summary: "List the keys, oldest first; only for the admin key.",
    query: QueryParameter.paging, answer: "KeyPage")

  private static let show = Operation(
    id: "showKey", method: .get, path: "/v1/keys/{id}", summary: "Show a key; only for the admin key.", answer: "Key")

  private static let remove = Operation(
    id: "removeKey", method: .delete, path: "/v1/keys/{id}", summary: "Remove a key, which is refused at once; only for the admin key.",
    success: 204, answer: "")
}
