import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

/// Whether webhooks are active, why not, and what becomes of what waited.
@Suite struct ActivityTests {
  private let gateway = TestGateway()

  private func patch(_ id: String, _ body: String) async throws -> Answer { try await gateway.send(.patch, "/v1/webhooks/\(id)", body) }

  private func stored() throws -> Webhook { try #require(gateway.backend.webhooks().first) }

  @Test func aPauseSaysWhoAskedForItAndWhen() async throws {
    let id = try await gateway.makeWebhook()
    let paused = try await patch(id, #"{"active":false}"#)
    #expect(paused.json["disabled"]?["reason"] == "request" && paused.json["disabled"]?["message"] == "made inactive by admin")
    #expect(paused.json["disabled"]?["at"]?.stringValue == gateway.clock.time.rfc3339)
    let renamed = try await patch(id, #"{"name":"other"}"#)
    #expect(renamed.json["disabled"] == paused.json["disabled"], "a change of something else keeps it")
    let resumed = try await patch(id, #"{"active":true}"#)
    #expect(resumed.json["disabled"] == .null)
  }

  @Test func aResumeThatSkipsMarksWhatWasMadeUntilThen() async throws {
    let id = try await gateway.makeWebhook(#","active":false"#)
    #expect(try stored().disablement?.cause == .request)
    let before = gateway.ids.next().key
    #expect(try await patch(id, #"{"active":true,"held":"skip"}"#).status == 200)
    let bound = try #require(try stored().skipsHeldBelow)
    #expect(bound > before && bound < gateway.ids.next().key)
    #expect(try await patch(id, #"{"name":"other"}"#).status == 200)
    #expect(try stored().skipsHeldBelow == bound, "what is being skipped goes on being so")
    #expect(try await patch(id, #"{"active":false}"#).status == 200)
    #expect(try stored().skipsHeldBelow == nil)
    #expect(try await patch(id, #"{"active":true,"held":"deliver"}"#).status == 200)
    #expect(try stored().skipsHeldBelow == nil)
  }

  @Test func whatWaitsIsCountedUpToABound() async throws {
    let id = try await gateway.makeWebhook()
    let webhook = try stored()
    gateway.backend.with { $0.held = [webhook.id: 7] }
    let shown = try await gateway.send(.get, "/v1/webhooks/\(id)")
    #expect(shown.json["held_count"] == 7 && shown.json["held_count_capped"] == false)
    gateway.backend.with { $0.held = [webhook.id: 1_000_000] }
    let listed = try await gateway.send(.get, "/v1/webhooks")
    #expect(listed.json["data"]?[0]?["held_count"] == 10_000 && listed.json["data"]?[0]?["held_count_capped"] == true)
  }

  @Test func aStreakOfFailuresIsShownWithWhereItLeads() async throws {
    let id = try await gateway.makeWebhook(#","auto_disable":{"after_days":2,"min_failures":8}"#)
    let webhook = try stored()
    let since = gateway.clock.time + .seconds(-86_400)
    gateway.backend.with {
      $0.healths[webhook.id] = WebhookHealth(failingSince: since, failures: 2, told: .nothing, owesRecovery: false, lastError: "no route")
    }
    let failing = try await gateway.send(.get, "/v1/webhooks/\(id)").json["failing"]
    #expect(failing?["since"]?.stringValue == since.rfc3339 && failing?["failures"] == 2 && failing?["error"] == "no route")
    #expect(failing?["progress"] == 0.25)
    #expect(failing?["disables_at"]?.stringValue == (since + .seconds(2 * 86_400)).rfc3339)
    #expect(try await patch(id, #"{"auto_disable":false}"#).json["failing"]?["disables_at"] == .null)
  }

  @Test func theRuleIsKeptAsItWasGiven() async throws {
    let id = try await gateway.makeWebhook()
    for (given, kept) in [
      (#"{"after_days":1}"#, #"{"after_days":1,"min_failures":10}"#), (#"{"min_failures":3}"#, #"{"after_days":5,"min_failures":3}"#),
      ("false", "false"), ("null", "null"),
    ] {
      let answer = try await patch(id, #"{"auto_disable":\#(given)}"#)
      #expect(answer.text.contains(#""auto_disable":\#(kept)"#), "\(answer.text)")
    }
    #expect(try stored().revision == 5)
  }

  @Test func aRollbackToAnInactiveRevisionIsARequestOfItsOwn() async throws {
    let id = try await gateway.makeWebhook(#","active":false"#)
    #expect(try await patch(id, #"{"active":true,"held":"skip"}"#).status == 200)
    let back = try await gateway.send(.post, "/v1/webhooks/\(id)/rollback", #"{"revision":1}"#)
    #expect(back.json["active"] == false && back.json["disabled"]?["reason"] == "request")
    #expect(try stored().skipsHeldBelow == nil)
  }

  @Test func nothingWaitsForANewWebhook() async throws {
    let answer = try await gateway.send(.post, "/v1/webhooks", #"{"url":"https://example.com","events":["*"],"active":true,"held":"skip"}"#)
    #expect(answer.status == 400 && answer.field == "held")
  }
}
