// The calls that replace a webhook's secrets, and that tell receivers the public keys.

import HTTPTypes
import Hummingbird
import TidehookCore

/// `/v1/webhooks/{id}/secret/rotate` and `/.well-known/jwks.json`.
struct SigningKeyRoutes: Sendable {
  let editor: WebhookEditor
  let limits: APILimits
  let keySet: WebKeySet

  var routes: [Route] { [Route(Self.rotate, rotate), Route(Self.webKeys, webKeys)] }

  private func rotate(_ request: APIRequest) async throws -> Response {
    try RevisionCondition.refuse(request)
    _ = try editor.webhook(request.id, for: request.principal)
    let rotation = try SecretRotation(try await request.optionalJSON(limit: limits.bodyBytes))
    let webhook = try await editor.rotate(request.id, rotation, by: request.principal)
    var json = JSONWriter(reserving: 1024)
    let isNew = rotation.replacesSecret(of: webhook)
    var isGenerated = isNew
    if case .set = rotation.secret { isGenerated = false }
    json.webhook(
      webhook, hiding: SecretOptions(editor.catalog.plugins()), try await editor.standing(of: webhook),
      secret: isGenerated ? webhook.secret : nil,
      standardSecret: isNew && !webhook.secret.revealed.hasPrefix("whsec_") ? editor.secrets.standardForm(webhook.secret) : nil)
    return Response.json(json).tagged(webhook.revision)
  }

  /// Public keys are for everybody. Receivers may keep them for a minute: a rotation leaves both keys in use for longer than that.
  private func webKeys(_ request: APIRequest) async throws -> Response {
    var answer: Response
    if let id = request.query["webhook"] {
      let keys = Self.publicKeys(of: [WebhookID(id).flatMap { editor.registry.webhook($0) }].compactMap(\.self))
      answer = .json(WebKeySet(webKey: editor.secrets.webKey).document(of: keys))
    } else {
      answer = .json(keySet.document(of: Self.publicKeys(of: editor.registry.webhooks())))
    }
    answer.headers[.cacheControl] = "public, max-age=60"
    return answer
  }

  private static func publicKeys(of webhooks: [Webhook]) -> [String] {
    webhooks.map(\.keys).flatMap { [$0.signingKey, $0.previousSigningKey?.value] }.compactMap { $0?.publicKey }
  }
}

extension SigningKeyRoutes {
  static let operations = [rotate, webKeys]

  private static let rotate = Operation(
    id: "rotateWebhookSecret", method: .post, path: "/v1/webhooks/{id}/secret/rotate", isScoped: true,
    summary: "Replace the secret of a webhook, or its key pair; the one before signs on for a while.", body: "SecretRotation",
    isBodyOptional: true, answer: "CreatedWebhook", isTagged: true)

  private static let webKeys = Operation(
    id: "listPublicKeys", method: .get, path: "/.well-known/jwks.json", isOpen: true,
    summary: "List the public keys of standard-ed25519 as a JSON Web Key Set.",
    query: [QueryParameter("webhook", "Only those of this webhook: wh_….")], answer: "JSONWebKeySet")
}
