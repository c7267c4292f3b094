import Testing
import TidehookCore

@Suite struct SigningKeysTests {
  private let now = Timestamp(microseconds: 1_776_076_200_000_000)
  private let first = SigningKey(privateKey: Secret("whsk_1"), publicKey: "whpk_1")
  private let second = SigningKey(privateKey: Secret("whsk_2"), publicKey: "whpk_2")

  private func makeWebhook() throws -> Webhook {
    Webhook(
      id: WebhookID(TimeOrderedID(key: 1, entropy: 1)), name: "n", url: try DestinationURL(parsing: "https://example.com"), events: [],
      namespace: nil, secret: Secret("first"), createdAt: now, updatedAt: now)
  }

  @Test func theReplacedSecretStaysUntilTheOverlapEnds() throws {
    var webhook = try makeWebhook()
    webhook.replaceSecret(by: Secret("second"), overlapSeconds: 60, at: now)
    #expect(webhook.secret == Secret("second"))
    #expect(webhook.keys.previousSecret == Replaced(Secret("first"), expiresAt: now + .seconds(60)))
    #expect(webhook.keys.nextExpiry == now + .seconds(60))
    webhook.keys.forgetExpired(at: now + .seconds(59))
    #expect(webhook.keys.previousSecret != nil)
    webhook.keys.forgetExpired(at: now + .seconds(60))
    #expect(webhook.keys == SigningKeys())
    #expect(webhook.keys.nextExpiry == nil)
  }

  @Test func withoutOverlapNothingIsKept() throws {
    var webhook = try makeWebhook()
    webhook.replaceSecret(by: Secret("second"), overlapSeconds: 60, at: now)
    webhook.replaceSecret(by: Secret("third"), overlapSeconds: 0, at: now)
    #expect(webhook.keys == SigningKeys())
  }

  @Test func aSecondReplacementEndsTheSecretBefore() throws {
    var webhook = try makeWebhook()
    webhook.replaceSecret(by: Secret("second"), overlapSeconds: 60, at: now)
    webhook.replaceSecret(by: Secret("third"), overlapSeconds: 30, at: now)
    #expect(webhook.keys.previousSecret == Replaced(Secret("second"), expiresAt: now + .seconds(30)))
  }

  @Test func keysAreReplacedByThemselves() throws {
    var webhook = try makeWebhook()
    webhook.replaceSigningKey(by: first, overlapSeconds: 60, at: now)
    #expect(webhook.keys == SigningKeys(signingKey: first))
    webhook.replaceSecret(by: Secret("second"), overlapSeconds: 10, at: now)
    webhook.replaceSigningKey(by: second, overlapSeconds: 60, at: now)
    #expect(webhook.keys.nextExpiry == now + .seconds(10))
    webhook.keys.forgetExpired(at: now + .seconds(10))
    #expect(webhook.keys == SigningKeys(signingKey: second, previousSigningKey: Replaced(first, expiresAt: now + .seconds(60))))
  }

  @Test func noSecretIsPrinted() {
    let keys = SigningKeys(previousSecret: Replaced(Secret("hunter2"), expiresAt: now), signingKey: first)
    #expect(!"\(keys)".contains("hunter2") && !"\(keys)".contains("whsk_1"))
  }
}
