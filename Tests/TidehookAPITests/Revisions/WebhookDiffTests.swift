import Testing
import TidehookAPI
import TidehookCore

@Suite struct WebhookDiffTests {
  private func makeWebhook(_ pipeline: [PipelineStage] = []) throws -> Webhook {
    let now = StoppedClock().time
    return Webhook(
      id: WebhookID(IDGenerator(time: StoppedClock(), random: SystemRandom()).next()), name: "a",
      url: try DestinationURL(parsing: "https://example.com/"), events: [.everything], namespace: nil, pipeline: pipeline,
      secret: Secret("s"), createdAt: now, updatedAt: now)
  }

  private func changes(_ old: Webhook, _ new: Webhook) -> [WebhookDiff.Change] {
    WebhookDiff(from: old, to: new, hiding: SecretOptions([.chat()])).changes
  }

  private func chat(_ options: JSONValue) -> PipelineStage { .plugin(PluginStage(name: "chat", options: options)) }

  @Test func whatIsNotConfigurationDoesNotCount() throws {
    let old = try makeWebhook()
    var new = old
    new.revision = 7
    new.secret = Secret("t")
    new.updatedAt = old.updatedAt + .seconds(1)
    #expect(changes(old, new) == [])
  }

  @Test func eachFieldIsNamedWithBothValues() throws {
    let old = try makeWebhook()
    var new = old
    new.url = try DestinationURL(parsing: "https://example.com/new")
    new.events = [.below("memory.")]
    new.namespace = Namespace("team")
    new.isActive = false
    new.headers = [HeaderField("X-Team", "core")]
    new.retry = RetryPolicy(maxRetries: 7)
    new.timeoutSeconds = 2.5
    #expect(
      changes(old, new) == [
        .init(field: "url", from: "https://example.com/", to: "https://example.com/new"),
        .init(field: "events", from: ["*"], to: ["memory.*"]), .init(field: "namespace", from: nil, to: "team"),
        .init(field: "active", from: true, to: false), .init(field: "headers.X-Team", from: nil, to: "core"),
        .init(field: "retry.max_retries", from: 3, to: 7), .init(field: "timeout_secs", from: 15, to: 2.5),
      ])
  }

  @Test func anOptionOfAPluginIsNamedByItsStage() throws {
    let (old, new) = try (makeWebhook([chat(["channel": "a"])]), makeWebhook([chat(["channel": "b", "extra": 1])]))
    #expect(
      changes(old, new) == [
        .init(field: "pipeline[0].options.channel", from: "a", to: "b"), .init(field: "pipeline[0].options.extra", from: nil, to: 1),
      ])
  }

  @Test func aChangedSecretIsSeenButNotShown() throws {
    let (old, new) = try (makeWebhook([chat(["token": "a"])]), makeWebhook([chat(["token": "b"])]))
    #expect(changes(old, new) == [.init(field: "pipeline[0].options.token", from: "<secret>", to: "<secret>")])
    #expect(changes(old, old) == [])
  }

  @Test func scriptsAreComparedAsTexts() throws {
    let (old, new) = try (makeWebhook([.script("caf\u{e9}")]), makeWebhook([.script("cafe\u{301}")]))
    let change = try #require(changes(old, new).first)
    #expect(change.field == "pipeline[0].script" && change.isScript)
  }

  @Test func stagesThatComeGoOrChangeKindAreShownWhole() throws {
    let (old, new) = try (makeWebhook([.script("a"), .script("b")]), makeWebhook([chat(["token": "t"]), .script("b"), .script("c")]))
    #expect(
      changes(old, new) == [
        .init(field: "pipeline[0]", from: ["script": "a"], to: ["plugin": "chat", "options": ["token": "<secret>"]]),
        .init(field: "pipeline[2]", from: nil, to: ["script": "c"]),
      ])
    #expect(changes(new, old).map(\.field) == ["pipeline[0]", "pipeline[2]"])
  }
}
