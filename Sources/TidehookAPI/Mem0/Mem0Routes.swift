// The calls of Mem0's clients: the ping and the four calls on webhooks. They see and change the same webhooks as Tidehook's own calls.

import HTTPTypes
import Hummingbird
import TidehookCore

/// `/v1/ping/` and `/api/v1/webhooks/…`.
///
/// Source: the clients `mem0ai` for Python (0.1.54 to 2.2.1) and for JavaScript (to 3.3.1), and Mem0's documentation of webhooks.
struct Mem0Routes: Sendable {
  let editor: WebhookEditor
  let makers: any WebhookMakers
  let limits: APILimits

  /// What a webhook runs that was made here: its deliveries have Mem0's payload and nothing more.
  private static let pipeline: [PipelineStage] = [.plugin(PluginStage(name: "mem0", options: [:]))]
  /// How often a change is made again when others come first: it names what it sets, and the dialect knows no conflict.
  private static let repeats = 10
  /// What signs its deliveries.
  private static let signing: [SigningScheme] = [.mem0, .standard]

  var routes: [Route] {
    [
      Route(Self.ping, ping), Route(Self.list, list), Route(Self.create, create), Route(Self.update, update), Route(Self.remove, remove),
    ]
  }

  /// Clients refuse to start unless both ids are texts that are not empty; those for JavaScript send `user_email` back in a header.
  private func ping(_ request: APIRequest) -> Response {
    var json = JSONWriter(reserving: 128)
    json.beginObject()
    json.key("status")
    json.string("ok")
    json.key("org_id")
    json.string("tidehook")
    json.key("project_id")
    json.string((request.principal.namespaces?.first ?? .default).name)
    json.key("user_email")
    json.null()
    json.endObject()
    return .json(json)
  }

  private func list(_ request: APIRequest) async throws -> Response {
    let project = try Self.project(request)
    let webhooks = editor.webhooks(for: request.principal).filter { $0.namespace == project }
    let owners = try await makers.makers(of: webhooks.map(\.id))
    var json = JSONWriter(reserving: 512 * webhooks.count + 16)
    json.beginArray()
    for webhook in webhooks { json.mem0Webhook(webhook, owner: owners[webhook.id] ?? WebhookRevision.unknown) }
    json.endArray()
    return .json(json)
  }

  private func create(_ request: APIRequest) async throws -> Response {
    let project = try Self.project(request)
    var changes = try await changes(request, isNew: true)
    changes.namespace = .set(project)
    changes.pipeline = .set(PipelineFields(stored: Self.pipeline))
    changes.signing = .set(Self.signing)
    let webhook = try await editor.create(changes, by: request.principal)
    var json = JSONWriter(reserving: 512)
    json.mem0Webhook(webhook, owner: request.principal.name, secret: webhook.secret)
    return .json(json, status: .created)
  }

  private func update(_ request: APIRequest) async throws -> Response {
    try checkIsThere(request)
    let changes = try await changes(request, isNew: false)
    _ = try await editor.update(request.id, changes, repeats: Self.repeats, by: request.principal)
    return Self.done("Webhook updated successfully")
  }

  private func remove(_ request: APIRequest) async throws -> Response {
    try checkIsThere(request)
    try await editor.remove(request.id, by: request.principal)
    return Self.done("Webhook deleted successfully")
  }

  private func changes(_ request: APIRequest, isNew: Bool) async throws -> WebhookChanges {
    try Mem0WebhookFields(try await request.json(limit: limits.bodyBytes), isNew: isNew, egress: editor.egress).changes
  }

  private func checkIsThere(_ request: APIRequest) throws {
    guard (try? editor.webhook(request.id, for: request.principal)) != nil else { throw APIError(.notFound, "Webhook not found") }
  }

  /// The project of the path, which is a namespace.
  private static func project(_ request: APIRequest) throws -> Namespace {
    let id = request.parameters["project_id"] ?? ""
    guard let project = Namespace(id) else { throw APIError.unexpected("project_id", Namespace.expectation, got: quoted(id)) }
    guard request.principal.mayUse(project) else { throw APIError(.forbidden, "You don't have access to this project") }
    return project
  }

  /// Clients read a body after each call, also after one that deleted.
  private static func done(_ message: String) -> Response {
    var json = JSONWriter(reserving: 64)
    json.beginObject()
    json.key("message")
    json.string(message)
    json.endObject()
    return .json(json)
  }
}

extension Mem0Routes {
  static let operations = [ping, list, create, update, remove]

  private static let ping = operation(
    "mem0Ping", .get, "/v1/ping/", "Mem0: whether the key is good, and which project it is for.", answer: "Mem0Ping")

  private static let list = operation(
    "mem0ListWebhooks", .get, "/api/v1/webhooks/projects/{project_id}/", "Mem0: list the webhooks of a project.", answer: "Mem0WebhookList")

  private static let create = operation(
    "mem0CreateWebhook", .post, "/api/v1/webhooks/projects/{project_id}/", "Mem0: register a webhook for a project.",
    body: "Mem0NewWebhook", success: 201, answer: "Mem0CreatedWebhook")

  private static let update = operation(
    "mem0UpdateWebhook", .put, "/api/v1/webhooks/{id}/", "Mem0: change the fields of a webhook that are given.",
    body: "Mem0WebhookChanges", answer: "Mem0Message")

  private static let remove = operation(
    "mem0DeleteWebhook", .delete, "/api/v1/webhooks/{id}/", "Mem0: delete a webhook and cancel its open deliveries.", answer: "Mem0Message")

  /// Whether a path is one at which Mem0's clients look for calls, theirs alone.
  static func isTheirs(_ path: String) -> Bool {
    let path = path.hasPrefix("//") ? path.dropFirst() : path[...]
    return path.hasPrefix("/api/v1/") || path.hasPrefix(prefix + "/")
  }

  /// What may stand before every path: who has two APIs at one host tells them apart so.
  private static let prefix = "/mem0"

  /// Clients never follow a redirect, and some put a second slash in front: every spelling is answered.
  private static func aliases(of path: String) -> [String] {
    ["", "/", prefix, prefix + "/"].flatMap { [$0 + path, $0 + path.dropLast()] }.filter { $0 != path }
  }

  private static func operation(
    _ id: String, _ method: HTTPRequest.Method, _ path: String, _ summary: String, body: String = "", success: Int = 200, answer: String
  ) -> Operation {
    Operation(
      id: id, method: method, path: path, aliases: aliases(of: path), dialect: .mem0,
      isScoped: true, summary: summary, body: body, success: success, answer: answer)
  }
}
