import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

@Suite struct SecretRotationTests {
  private let gateway = TestGateway()

  private func rotate(_ id: String, _ body: String? = nil) async throws -> Answer {
    try await gateway.send(.post, "/v1/webhooks/\(id)/secret/rotate", body)
  }

  private var webhook: Webhook? { gateway.backend.webhooks().first }

  @Test func aSecretIsMadeAndTheOneBeforeStaysForADay() async throws {
    let id = try await gateway.makeWebhook(#","secret":"first""#)
    let answer = try await rotate(id)
    #expect(answer.status == 200)
    #expect(answer.json["secret"] == "whsec_bWFkZQ==" && answer.json["revision"] == 2)
    let end = gateway.clock.now() + .seconds(86_400)
    #expect(answer.json["previous_secret_expires_at"]?.stringValue == end.rfc3339)
    #expect(webhook?.keys.previousSecret == Replaced(Secret("first"), expiresAt: end))
    #expect(!answer.text.contains("first"))
    let shown = try await gateway.send(.get, "/v1/webhooks/\(id)")
    #expect(shown.json["secret"] == nil && shown.json["previous_secret_expires_at"]?.stringValue == end.rfc3339)
  }

  @Test func aGivenSecretIsTakenAndNotShown() async throws {
    let id = try await gateway.makeWebhook(#","secret":"first""#)
    let answer = try await rotate(id, #"{"secret":"second","overlap_secs":0}"#)
    #expect(answer.json["secret"] == nil && answer.json["standard_secret"] == "whsec_<second>")
    #expect(answer.json["previous_secret_expires_at"] == .null)
    #expect(webhook?.secret == Secret("second") && webhook?.keys == SigningKeys())
  }

  @Test func aKeyPairIsReplacedWhereOneSigns() async throws {
    let id = try await gateway.makeWebhook(#","secret":"first","signing":["standard-ed25519"],"signing_key":"whsk_1""#)
    let answer = try await rotate(id)
    #expect(answer.json["secret"] == nil && answer.json["public_key"] == "whpk_of_made")
    #expect(answer.json["previous_public_key"] == "whpk_of_1" && answer.json["previous_secret_expires_at"] == .null)
    #expect(webhook?.secret == Secret("first"))
    #expect(!answer.text.contains("whsk_"))
  }

  @Test func onlyWhatIsNamedIsReplaced() async throws {
    let id = try await gateway.makeWebhook(#","secret":"first","signing":["standard","standard-ed25519"],"signing_key":"whsk_1""#)
    let named = try await rotate(id, #"{"secret":null}"#)
    #expect(named.json["secret"] == "whsec_bWFkZQ==" && named.json["public_key"] == "whpk_of_1")
    let both = try await rotate(id, #"{"secret":"third","signing_key":"whsk_2"}"#)
    #expect(both.json["public_key"] == "whpk_of_2" && webhook?.secret == Secret("third"))
  }

  @Test(arguments: [
    (#"{"overlap_secs":-1}"#, "invalid_field", "overlap_secs"), (#"{"overlap_secs":604801}"#, "invalid_field", "overlap_secs"),
    (#"{"overlap_secs":"1h"}"#, "invalid_field", "overlap_secs"), (#"{"overlap":1}"#, "unknown_field", "overlap"),
    (#"{"secret":""}"#, "invalid_field", "secret"), (#"{"secret":"first"}"#, "invalid_field", "secret"),
    (#"{"secret":"whsec_?"}"#, "invalid_field", "secret"), (#"{"signing_key":"x"}"#, "invalid_field", "signing_key"),
  ])
  func badInputIsNamed(body: String, code: String, field: String) async throws {
    let answer = try await rotate(try await gateway.makeWebhook(#","secret":"first""#), body)
    #expect(answer.status == 400)
    #expect(answer.json["error"]?["code"]?.stringValue == code && answer.json["error"]?["field"]?.stringValue == field)
    #expect(webhook?.secret == Secret("first"))
  }

  @Test func aKeyThatIsLimitedReachesItsOwnWebhooksAlone() async throws {
    let id = try await gateway.makeWebhook()
    let key = try await gateway.makeKey()
    let answer = try await gateway.send(.post, "/v1/webhooks/\(id)/secret/rotate", key: key)
    #expect(answer.status == 404)
  }

  @Test func aChangeOfTheSecretEndsTheOneBefore() async throws {
    let id = try await gateway.makeWebhook(#","secret":"first""#)
    _ = try await rotate(id, #"{"secret":"second"}"#)
    _ = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"name":"renamed","secret":"second"}"#)
    #expect(webhook?.keys.previousSecret?.value == Secret("first"))
    _ = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"secret":"third"}"#)
    #expect(webhook?.keys.previousSecret == nil)
  }

  @Test func aKeyPairIsMadeWhenItIsFirstNeededAndKept() async throws {
    let id = try await gateway.makeWebhook()
    #expect(webhook?.keys.signingKey == nil)
    for signing in [#"["standard-ed25519"]"#, #"["rem"]"#] {
      let answer = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"signing":\#(signing)}"#)
      #expect(answer.json["public_key"] == "whpk_of_made")
    }
    let reset = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"signing_key":null}"#)
    #expect(reset.json["public_key"] == .null)
  }

  @Test func publicKeysAreForEverybody() async throws {
    let id = try await gateway.makeWebhook(#","signing":["standard-ed25519"],"signing_key":"whsk_1""#)
    _ = try await rotate(id, #"{"signing_key":"whsk_2"}"#)
    _ = try await gateway.makeWebhook(#","signing":["standard-ed25519"],"signing_key":"whsk_3""#)
    _ = try await gateway.makeWebhook()
    let all = try await gateway.send(.get, "/.well-known/jwks.json", key: nil)
    #expect(all.json["keys"] == [["x": "whpk_of_2"], ["x": "whpk_of_1"], ["x": "whpk_of_3"]])
    let one = try await gateway.send(.get, "/.well-known/jwks.json?webhook=\(id)", key: nil)
    #expect(one.json["keys"] == [["x": "whpk_of_2"], ["x": "whpk_of_1"]])
    for id in ["wh_1", "\(WebhookID(TimeOrderedID(key: 1, entropy: 1)))"] {
      #expect(try await gateway.send(.get, "/.well-known/jwks.json?webhook=\(id)", key: nil).json["keys"] == [])
    }
    #expect(!all.text.contains("whsk_"))
  }
}
