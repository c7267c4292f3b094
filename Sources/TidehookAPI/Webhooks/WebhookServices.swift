// What the API needs of webhooks besides the registry.

public import TidehookCore

/// The parts of a gateway that tell how webhooks fare, and that try them.
public struct WebhookServices: Sendable {
  let healths: any WebhookHealths
  let held: any HeldCounter
  let tester: any WebhookTester
  let ownership: (any OwnershipProver)?

  /// - Parameters:
  ///   - healths: knows their failures.
  ///   - held: counts what waits for inactive ones.
  ///   - tester: sends samples.
  ///   - ownership: asks receivers whether they belong to whoever registers them; `nil` when they are not asked.
  public init(
    healths: any WebhookHealths, held: any HeldCounter, tester: any WebhookTester, ownership: (any OwnershipProver)? = nil
  ) {
    self.healths = healths
    self.held = held
    self.tester = tester
    self.ownership = ownership
  }
}

/// How one webhook fares.
struct WebhookStanding: Sendable {
  let health: WebhookHealth
  /// The rule by which it becomes inactive; `nil` for never.
  let rule: AutoDisable?
  /// How many deliveries are held, at most ``maximumHeld``.
  let held: Int
  let now: Timestamp

  /// Held deliveries are counted up to this, so that the answer costs the same however many there are.
  static let maximumHeld = 10_000
}

extension WebhookEditor {
  /// How webhooks fare, by id.
  func standings(of webhooks: some Collection<Webhook> & Sendable) async throws -> [WebhookID: WebhookStanding] {
    let counts = try await services.held.heldCounts(of: webhooks.map(\.id), upTo: WebhookStanding.maximumHeld)
    let now = time.now()
    return Dictionary(
      webhooks.map { webhook in
        let standing = WebhookStanding(
          health: services.healths.health(of: webhook.id), rule: services.healths.rule(for: webhook), held: counts[webhook.id] ?? 0,
          now: now)
        return (webhook.id, standing)
      }, uniquingKeysWith: { one, _ in one })
  }

  /// How one webhook fares.
  func standing(of webhook: Webhook) async throws -> WebhookStanding? {
    try await standings(of: [webhook])[webhook.id]
  }
}
