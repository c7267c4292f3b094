import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

/// Tests of webhooks: attempts that nobody stores.
@Suite struct WebhookTestTests {
  private func event(_ fixture: EngineFixture) -> Event {
    let request = PublishRequest(type: EventType(stored: "memory.created"), data: Array("{}".utf8))
    return Event(request, key: fixture.ids.next(), acceptedAt: fixture.clock.now())
  }

  @Test func anInactiveWebhookIsTriedWithASignedRequestThatSaysWhatItIs() async throws {
    let fixture = EngineFixture()
    let webhook = try fixture.makeWebhook {
      $0.isActive = false
      $0.headers = [HeaderField("x-tidehook-test", "no")]
    }
    let event = event(fixture)
    let test = try #require(await fixture.runner.test(webhook, on: event))
    #expect(test.state == .delivered && test.attempt.trigger == .test && test.attempt.number == 1)
    var requests = fixture.client.requests.makeAsyncIterator()
    let sent = try #require(await requests.next())
    #expect(sent.headers.filter { $0.name.lowercased() == "x-tidehook-test" } == [HeaderField("X-Tidehook-Test", "true")])
    #expect(sent.headers.contains(HeaderField("webhook-id", event.id.rawValue)))
    #expect(sent.body == event.payload)
    #expect(fixture.directory.webhook(webhook.id)?.headers == webhook.headers)
  }

  @Test func aFailureIsFinal() async throws {
    let fixture = EngineFixture(answers: [.success(ReceivedResponse(status: 503))])
    let test = try #require(await fixture.runner.test(try fixture.makeWebhook(), on: event(fixture)))
    #expect(test.state == .dead && test.reason == "the receiver answered 503" && test.attempt.failure?.kind == .status)
  }

  @Test func aScriptMayDropIt() async throws {
    let fixture = EngineFixture(pipeline: FixedPipeline(verdict: .dropped(reason: "no tags")))
    let test = try #require(await fixture.runner.test(try fixture.makeWebhook { $0.pipeline = [.script("")] }, on: event(fixture)))
    #expect(test.state == .filtered && test.reason == "no tags" && test.attempt.request == nil)
  }

  @Test func aPipelineStaysWithTheReceiverThatWasAskedWhereReceiversAre() async throws {
    for (url, failure) in [("https://example.com/other", nil), ("https://elsewhere.example.com/", FailureKind.blocked)] {
      let fixture = EngineFixture()
      let runner = AttemptRunner(
        directory: fixture.directory, revisions: fixture.revisions,
        pipelines: FixedPipeline(verdict: .send(body: nil, overrides: RequestOverrides(url: url))), client: fixture.client,
        origin: "tide.example.com", ids: fixture.ids, time: fixture.clock, random: FixedRandom(), staysAtOrigin: true)
      let test = try #require(await runner.test(try fixture.makeWebhook { $0.pipeline = [.script("")] }, on: event(fixture)))
      #expect(test.attempt.failure?.kind == failure)
    }
  }
}
