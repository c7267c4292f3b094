import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct PinnedReplayTests {
  private let slack = PluginVersion(name: "slack", revision: 3)

  /// A webhook at revision 2, which goes elsewhere than revision 1 did.
  private func makeWebhook(_ fixture: EngineFixture, _ change: (inout Webhook) -> Void = { _ in }) throws -> Webhook {
    let webhook = try fixture.makeWebhook {
      $0.revision = 2
      $0.pipeline = [.script("second")]
      change(&$0)
    }
    var first = webhook
    first.revision = 1
    first.url = try DestinationURL(parsing: "https://example.org/first")
    first.headers = [HeaderField("X-Team", "a")]
    first.pipeline = [.script("first")]
    first.timeoutSeconds = 3
    first.retry = RetryPolicy(maxRetries: 1, initialDelaySeconds: 60, jitter: 0)
    first.secret = Secret("an old secret")
    fixture.revisions.add(first)
    return webhook
  }

  private func attempt(_ fixture: EngineFixture, _ webhook: Webhook, at revision: Int = 1) async throws -> CompletedDelivery {
    var delivery = fixture.makeDelivery(for: webhook.id)
    delivery.trigger = .manual
    delivery.pinned = PinnedVersions(revision: revision, plugins: [slack])
    return try #require(await fixture.runner.attempt(delivery))
  }

  @Test func aPinnedReplayRunsTheConfigurationAndPluginsOfThen() async throws {
    let fixture = EngineFixture(answers: [.success(ReceivedResponse(status: 503))])
    let completed = try await attempt(fixture, try makeWebhook(fixture))
    #expect(completed.attempt?.revision == 1)
    #expect(completed.attempt?.plugins == [slack])
    #expect(completed.attempt?.request?.url == "https://example.org/first")
    #expect(completed.attempt?.request?.headers.contains(HeaderField("X-Team", "a")) == true)
    #expect(completed.transition.nextAttemptAt == fixture.clock.now() + .seconds(60))
    var requests = fixture.client.requests.makeAsyncIterator()
    #expect(await requests.next()?.timeout == .seconds(3))
  }

  @Test func aPinOfTheCurrentRevisionReadsNothing() async throws {
    let fixture = EngineFixture()
    let completed = try await attempt(fixture, try makeWebhook(fixture), at: 2)
    #expect(completed.attempt?.request?.url == "https://example.com/hook")
    #expect(fixture.revisions.reads == 0)
  }

  @Test func aRevisionIsReadOnceForManyReplays() async throws {
    let fixture = EngineFixture()
    let webhook = try makeWebhook(fixture)
    for _ in 0..<3 { _ = try await attempt(fixture, webhook) }
    #expect(fixture.revisions.reads == 1)
  }

  @Test func theSecretInUseSignsAndNotThatOfThen() async throws {
    let fixture = EngineFixture()
    var webhook = try makeWebhook(fixture)
    #expect(signature(try await attempt(fixture, webhook)) == "secret")
    webhook.secret = Secret("another")
    webhook.revision = 3
    fixture.directory.put(webhook)
    #expect(signature(try await attempt(fixture, webhook)) == "another")
  }

  private func signature(_ completed: CompletedDelivery) -> String? {
    completed.attempt?.request?.headers.first { $0.name == "webhook-secret" }?.value
  }

  @Test func anUnreadableRevisionFailsTheAttemptAndIsTriedAgain() async throws {
    let fixture = EngineFixture()
    let completed = try await attempt(fixture, try makeWebhook(fixture), at: 7)
    let message = "revision 7 of the webhook is not stored"
    #expect(completed.attempt?.failure == AttemptFailure(.script, message, outline: message))
    #expect(completed.attempt?.revision == 7)
    #expect(completed.attempt?.request == nil)
    #expect(completed.transition.state == .retrying)
  }

  @Test func aReplayToAnInactiveWebhookWaits() async throws {
    let fixture = EngineFixture()
    let completed = try await attempt(fixture, try makeWebhook(fixture) { $0.isActive = false })
    #expect(completed.transition.state == .held)
  }

  @Test func whatAnEarlierReceiverSaysDoesNotDisableTheWebhookOfNow() async throws {
    let fixture = EngineFixture(answers: [.success(ReceivedResponse(status: 410))])
    let webhook = try makeWebhook(fixture)
    let earlier = try await attempt(fixture, webhook)
    #expect(earlier.transition.state == .dead)
    #expect(earlier.transition.disablesWebhook == false)
    #expect(try await attempt(fixture, webhook, at: 2).transition.disablesWebhook)
  }
}
