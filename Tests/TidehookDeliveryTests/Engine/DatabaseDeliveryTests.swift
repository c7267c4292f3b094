import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct DatabaseDeliveryTests {
  private static let url = "postgres://app:hunter2@db.example.com/notes"
  private static let row = #"{"table":"t","key":{"k":1},"delete":true}"#

  private func makeWebhook(_ fixture: EngineFixture) throws -> Webhook {
    let url = try DestinationURL(parsing: Self.url, allowing: .all)
    return try fixture.makeWebhook {
      $0.url = url
      $0.pipeline = [.script("")]
      $0.headers = [HeaderField("X-Team", "b")]
    }
  }

  @Test func aDatabaseGetsTheBodyAndTheEventsPlaceButNoHeadersAndNoSignature() async throws {
    let overrides = RequestOverrides(method: "PUT", headers: [HeaderField("X-A", "b")], contentType: "text/plain")
    let fixture = EngineFixture(pipeline: FixedPipeline(verdict: .send(body: Array(Self.row.utf8), overrides: overrides)))
    let delivery = fixture.makeDelivery(for: try makeWebhook(fixture).id)
    let attempt = try #require(await fixture.runner.attempt(delivery)?.attempt)
    var requests = fixture.client.requests.makeAsyncIterator()
    let sent = try #require(await requests.next())
    #expect(sent.method == "UPSERT" && sent.headers.isEmpty && sent.body == Array(Self.row.utf8))
    #expect(sent.event == EventPosition(of: delivery.event))
    #expect(sent.url.revealed == Self.url)
    #expect(attempt.request?.url == "postgres://app:***@db.example.com/notes")
    #expect(attempt.request?.method == "UPSERT")
  }

  @Test(arguments: ["sqlite:x.db", "postgres://u:p@h/d", "postgresql://u@h/d"])
  func aScriptCannotChooseADatabase(_ url: String) async throws {
    let fixture = EngineFixture(pipeline: FixedPipeline(verdict: .send(body: nil, overrides: RequestOverrides(url: url))))
    let webhook = try fixture.makeWebhook { $0.pipeline = [.script("")] }
    let attempt = try #require(await fixture.runner.attempt(fixture.makeDelivery(for: webhook.id))?.attempt)
    #expect(attempt.failure?.kind == .script && attempt.request == nil)
  }

  @Test func aScriptMaySendElsewhereThanToTheDatabaseAndThatIsSigned() async throws {
    let overrides = RequestOverrides(url: "https://example.org/x")
    let fixture = EngineFixture(pipeline: FixedPipeline(verdict: .send(body: nil, overrides: overrides)))
    let webhook = try makeWebhook(fixture)
    let attempt = try #require(await fixture.runner.attempt(fixture.makeDelivery(for: webhook.id))?.attempt)
    #expect(attempt.request?.method == "POST")
    #expect(attempt.request?.headers.contains { $0.name.hasPrefix("webhook-") } == true)
  }

  @Test func eachDestinationHasItsClient() async throws {
    let http = ScriptedDeliveryClient([.success(ReceivedResponse(status: 201))])
    let databases = ScriptedDeliveryClient([.success(ReceivedResponse(status: 200))])
    let client = RoutedDeliveryClient(http: http, databases: databases)
    for (url, status) in [("https://example.com/", 201), (Self.url, 200), ("sqlite:x.db", 200)] {
      let request = SignedRequest(url: try DestinationURL(parsing: url, allowing: .all), headers: [], body: [])
      #expect(try await client.send(request).result.get().status == status)
    }
  }
}
