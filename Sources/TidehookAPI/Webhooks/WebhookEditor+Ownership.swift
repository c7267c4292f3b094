// Has receivers prove whose they are, where the gateway asks for that.

import TidehookCore

extension WebhookEditor {
  /// Asks the receiver of a webhook that is about to become active at its URL; once it has proved it, only another URL is asked about.
  ///
  /// Databases are not asked. A webhook that was active before the gateway asked stays so.
  /// - Parameter earlier: what it was until now; `nil` for a new one.
  /// - Throws: 400 when the receiver does not prove anything; nothing is changed then.
  func prove(_ webhook: inout Webhook, after earlier: Webhook?) async throws {
    if let earlier, earlier.url != webhook.url { webhook.verifiedAt = nil }
    guard let ownership = services.ownership, webhook.isActive, webhook.verifiedAt == nil, webhook.url.database == nil else { return }
    if let earlier, earlier.isActive, earlier.url == webhook.url { return }
    guard let problem = await ownership.problem(with: webhook) else {
      webhook.verifiedAt = time.now()
      return
    }
    throw APIError(
      .ownershipNotProven,
      "url: this gateway asks receivers to prove whose they are, by answering its POST with the challenge in it: \(problem)", field: "url")
  }

  /// Throws when receivers must prove whose they are, and that of a webhook never did.
  func checkIsProven(_ webhook: Webhook) throws(APIError) {
    guard services.ownership != nil, webhook.verifiedAt == nil, webhook.url.database == nil else { return }
    throw APIError(
      .ownershipNotProven,
      "url: this gateway asks receivers to prove whose they are before anything is sent to them, and this one has not; it is asked when the "
        + "webhook is resumed",
      field: "url")
  }
}
