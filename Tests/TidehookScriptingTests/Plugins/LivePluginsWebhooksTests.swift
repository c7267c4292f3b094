import Synchronization
import Testing
import TidehookCore
import TidehookScripting

/// What webhooks have to say about the plugins that they name.
@Suite struct LivePluginsWebhooksTests {
  private static let body = "filter = function() return true end"
  private static let text = "options = { token = { type = 'string', description = 'd', secret = true } }, " + body
  private static let number = "options = { token = { type = 'integer', description = 'd' } }, " + body

  /// The webhooks of a test; they can change.
  private final class Webhooks: Sendable {
    private let all: Mutex<[Webhook]>
    init(_ pipelines: [PipelineStage]...) throws {
      all = Mutex(try pipelines.enumerated().map { try Samples.webhook($1, number: Int64($0 + 1)) })
    }
    @Sendable func current() -> [Webhook] { all.withLock { $0 } }
    func set(_ pipeline: [PipelineStage]) throws {
      let webhook = try Samples.webhook(pipeline)
      all.withLock { $0 = [webhook] }
    }
    var id: String { current().first?.id.description ?? "" }
  }

  @Test func contentThatAWebhookCouldNotGoOnWithIsRefused() async throws {
    let fixture = try PluginFixture()
    let webhooks = try Webhooks([.plugin("demo", ["token": "hunter2"])])
    try fixture.writePlugin("demo", Self.text)
    let live = await started(fixture.live(webhooks: webhooks.current))
    try fixture.writePlugin("demo", version: "22", Self.number)
    for _ in 0..<4 { await live.look() }
    let problem = "webhook \(webhooks.id) could not go on with it: options.token: expected a whole number, got a string of 7 characters"
    #expect(fixture.told() == ["refused demo [1]: \(problem)"])
    #expect(live.problems() == ["demo": problem])
    #expect(live.current.plugins["demo"]?.manifest.version == "1")
    #expect(try await fixture.store.pluginRevisions(of: "demo").count == 1)
  }

  @Test func itIsTakenAsSoonAsTheWebhookFits() async throws {
    let fixture = try PluginFixture()
    let webhooks = try Webhooks([.plugin("demo", ["token": "hunter2"])])
    try fixture.writePlugin("demo", Self.text)
    let live = await started(fixture.live(webhooks: webhooks.current))
    try fixture.writePlugin("demo", version: "22", Self.number)
    for _ in 0..<3 { await live.look() }
    #expect(live.problems()["demo"] != nil)
    try webhooks.set([.plugin("demo", ["token": 5])])
    await live.look()
    #expect(live.problems().isEmpty)
    #expect(live.current.plugins["demo"]?.manifest.version == "22")
  }

  @Test func itIsRefusedAfterARestartToo() async throws {
    let fixture = try PluginFixture()
    let webhooks = try Webhooks([.plugin("demo", ["token": "hunter2"])])
    try fixture.writePlugin("demo", Self.text)
    _ = await started(fixture.live(webhooks: webhooks.current))
    try fixture.writePlugin("demo", version: "22", Self.number)
    let live = await started(fixture.live(webhooks: webhooks.current))
    #expect(live.current.plugins["demo"]?.manifest.version == "1")
    #expect(live.problems()["demo"]?.contains("options.token") == true)
  }

  @Test func contentIsTakenWhenTheWebhookCouldNotRunTheOldEither() async throws {
    let fixture = try PluginFixture()
    let webhooks = try Webhooks([.plugin("demo", ["token": true])])
    try fixture.writePlugin("demo", Self.text)
    let live = await started(fixture.live(webhooks: webhooks.current))
    try fixture.writePlugin("demo", version: "22", Self.number)
    for _ in 0..<2 { await live.look() }
    #expect(live.current.plugins["demo"]?.manifest.version == "22")
  }

  @Test func whatWasRefusedForAWebhookIsForgottenWithItsFolder() async throws {
    let fixture = try PluginFixture()
    let webhooks = try Webhooks([.plugin("demo", ["token": "hunter2"])])
    try fixture.writePlugin("demo", Self.text)
    let live = await started(fixture.live(webhooks: webhooks.current))
    try fixture.writePlugin("demo", version: "22", Self.number)
    for _ in 0..<2 { await live.look() }
    try fixture.remove("demo")
    for _ in 0..<3 { await live.look() }
    #expect(live.problems() == ["demo": "its folder is gone"])
    #expect(live.plugins().isEmpty)
  }

  @Test func aPluginThatIsGoneIsAProblemWhileAWebhookNamesIt() async throws {
    let fixture = try PluginFixture()
    let webhooks = try Webhooks([.plugin("demo")])
    try fixture.writePlugin("demo", Self.body)
    let live = await started(fixture.live(webhooks: webhooks.current))
    try fixture.remove("demo")
    for _ in 0..<2 { await live.look() }
    #expect(live.problems() == ["demo": "its folder is gone"])
    try webhooks.set([])
    #expect(live.problems().isEmpty)
  }

  @Test func aPluginThatNeverLoadedLeavesNoProblemBehind() async throws {
    let fixture = try PluginFixture()
    try fixture.write("demo/plugin.lua", "return {")
    let live = await started(fixture.live())
    #expect(live.problems()["demo"] != nil)
    try fixture.remove("demo")
    for _ in 0..<2 { await live.look() }
    #expect(live.problems().isEmpty)
    #expect(live.current.reasonForMissing("demo") == "plugin demo is not loaded: there is no such plugin")
  }

  @Test func aPluginThatDoesNotExistIsAProblemOfTheWebhookThatNamesIt() async throws {
    let fixture = try PluginFixture()
    let webhooks = try Webhooks([.script(""), .plugin("nowhere")], [.plugin("nowhere")])
    let live = await started(fixture.live(webhooks: webhooks.current))
    #expect(live.problems() == ["nowhere": "not loaded; webhook \(webhooks.id) names it"])
  }
}
