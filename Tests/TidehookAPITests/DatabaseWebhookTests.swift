import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

@Suite struct DatabaseWebhookTests {
  private static let url = "postgres://app:hunter2@db.example.com/notes"

  private func makeWebhook(_ gateway: TestGateway, url: String = url) async throws -> String {
    let answer = try await gateway.send(.post, "/v1/webhooks", #"{"url":"\#(url)","events":["*"],"script":"x = 1"}"#)
    #expect(answer.status == 201, "\(answer.text)")
    return try #require(answer.json["id"]?.stringValue)
  }

  @Test func aPasswordIsNeverShown() async throws {
    let gateway = TestGateway()
    let id = try await makeWebhook(gateway)
    let answers = [
      try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"url":"postgres://app:hunter3@db.example.com/notes"}"#),
      try await gateway.send(.get, "/v1/webhooks/\(id)"), try await gateway.send(.get, "/v1/webhooks"),
      try await gateway.send(.get, "/v1/webhooks/\(id)/revisions/1"), try await gateway.send(.get, "/v1/webhooks/\(id)/revisions"),
      try await gateway.send(.get, "/v1/webhooks/\(id)/revisions/diff"),
      try await gateway.send(.post, "/v1/webhooks/\(id)/rollback", #"{"revision":1}"#),
    ]
    for answer in answers { #expect(answer.status == 200 && !answer.text.contains("hunter"), "\(answer.text)") }
    #expect(answers[0].json["url"] == "postgres://app:***@db.example.com/notes")
    #expect(answers[0].json["revision"] == 2)
    #expect(gateway.backend.webhooks().first?.url.revealed == Self.url)
  }

  @Test func thatAPasswordChangedIsSeenInADiff() async throws {
    let gateway = TestGateway()
    let id = try await makeWebhook(gateway)
    _ = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"url":"postgres://app:hunter3@db.example.com/notes"}"#)
    let diff = try await gateway.send(.get, "/v1/webhooks/\(id)/revisions/diff?from=1&to=2")
    #expect(diff.text.contains(#""field":"url""#), "\(diff.text)")
  }

  @Test func whatAnAnswerShowsCanBeSentBack() async throws {
    let gateway = TestGateway()
    let id = try await makeWebhook(gateway)
    let same = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"url":"postgres://app:***@db.example.com/notes"}"#)
    #expect(same.status == 200 && same.json["revision"] == 1)
    #expect(gateway.backend.webhooks().first?.url.revealed == Self.url)
  }

  @Test(arguments: [
    "postgres://app:***@evil.example.com/notes", "postgres://root:***@db.example.com/notes", "postgres://app:***@db.example.com/other",
  ])
  func nothingElseGetsThePassword(_ url: String) async throws {
    let gateway = TestGateway()
    let id = try await makeWebhook(gateway)
    for answer in [
      try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"url":"\#(url)"}"#),
      try await gateway.send(.post, "/v1/webhooks", #"{"url":"\#(url)","events":["*"]}"#),
    ] {
      #expect(answer.status == 400 && answer.json["error"]?["field"] == "url")
      #expect(answer.text.contains("expected the password itself"))
    }
    #expect(gateway.backend.webhooks().map(\.url.revealed) == [Self.url])
  }

  @Test func withoutAPipelineADatabaseIsRefused() async throws {
    let answer = try await TestGateway().send(.post, "/v1/webhooks", #"{"url":"\#(Self.url)","events":["*"]}"#)
    #expect(answer.status == 400 && answer.json["error"]?["field"] == "pipeline")
  }

  @Test(arguments: ["sqlite:mem.db", "postgres://u:hunter2@127.0.0.1/d", "postgres://u:hunter2@h", "sqlite:../x.db"])
  func whatIsNotAllowedIsRefusedWithoutThePassword(_ url: String) async throws {
    let gateway = TestGateway()
    let answer = try await gateway.send(.post, "/v1/webhooks", #"{"url":"\#(url)","events":["*"]}"#)
    #expect(answer.status == 400 && answer.json["error"]?["field"] == "url" && answer.json["error"]?["code"] == "invalid_url")
    #expect(!answer.text.contains("hunter2"))
  }
}
