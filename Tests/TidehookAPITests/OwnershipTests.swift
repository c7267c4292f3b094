import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

/// When receivers are asked whose they are, and what follows.
@Suite struct OwnershipTests {
  private let gateway: TestGateway

  init() {
    var gateway = TestGateway()
    gateway.asksForOwnership = true
    self.gateway = gateway
  }

  private func patch(_ id: String, _ body: String) async throws -> Answer { try await gateway.send(.patch, "/v1/webhooks/\(id)", body) }

  private var asked: [String] { gateway.backend.with { $0.asked } }

  @Test func aNewWebhookIsAskedOnce() async throws {
    let id = try await gateway.makeWebhook()
    #expect(asked == ["https://example.com/hook"])
    let shown = try await patch(id, #"{"name":"other"}"#)
    #expect(shown.json["verified_at"]?.stringValue == gateway.clock.time.rfc3339)
    #expect(try await patch(id, #"{"active":false}"#).status == 200)
    #expect(try await patch(id, #"{"active":true}"#).status == 200)
    #expect(asked.count == 1)
  }

  @Test func whoeverProvesNothingIsNotRegistered() async throws {
    gateway.backend.with { $0.ownershipProblem = "the receiver answered 404" }
    let answer = try await gateway.send(.post, "/v1/webhooks", #"{"url":"https://example.com/hook","events":["*"]}"#)
    #expect(answer.status == 400 && answer.code == "ownership_not_proven" && answer.field == "url")
    #expect(answer.message.hasSuffix("the receiver answered 404"))
    #expect(gateway.backend.webhooks().isEmpty)
  }

  @Test func anInactiveOneIsAskedWhenItBecomesActive() async throws {
    let id = try await gateway.makeWebhook(#","active":false"#)
    #expect(asked.isEmpty)
    gateway.backend.with { $0.ownershipProblem = "no route" }
    #expect(try await patch(id, #"{"active":true}"#).code == "ownership_not_proven")
    #expect(gateway.backend.webhooks().first?.isActive == false)
    gateway.backend.with { $0.ownershipProblem = nil }
    #expect(try await patch(id, #"{"active":true}"#).json["active"] == true)
  }

  @Test func anotherURLIsAskedAboutAndAnEarlierOneAgain() async throws {
    let id = try await gateway.makeWebhook()
    #expect(try await patch(id, #"{"url":"https://other.example.com/"}"#).status == 200)
    gateway.backend.with { $0.ownershipProblem = "no route" }
    #expect(try await patch(id, #"{"url":"https://third.example.com/"}"#).code == "ownership_not_proven")
    let back = try await gateway.send(.post, "/v1/webhooks/\(id)/rollback", #"{"revision":1}"#)
    #expect(back.code == "ownership_not_proven")
    #expect(gateway.backend.webhooks().first?.url.description == "https://other.example.com/")
    #expect(asked.count == 4)
  }

  @Test func nothingIsTestedBeforeItIsProven() async throws {
    let id = try await gateway.makeWebhook(#","active":false"#)
    let refused = try await gateway.send(.post, "/v1/webhooks/\(id)/test")
    #expect(refused.status == 400 && refused.code == "ownership_not_proven" && refused.field == "url")
    #expect(gateway.backend.with { $0.tests.isEmpty })
    #expect(try await patch(id, #"{"active":true}"#).status == 200)
    #expect(try await gateway.send(.post, "/v1/webhooks/\(id)/test").status == 200)
  }

  @Test func nobodyIsAskedUnlessTheGatewayDoes() async throws {
    let gateway = TestGateway()
    let id = try await gateway.makeWebhook()
    #expect(gateway.backend.with { $0.asked.isEmpty })
    #expect(try await gateway.send(.get, "/v1/webhooks/\(id)").json["verified_at"] == .null)
  }
}
