import Synchronization
import Testing
import TidehookCore
import TidehookScripting

/// Plugins of kind `source`, from their manifest to their requests.
@Suite struct SourcePluginTests {
  private static func plugin(_ members: String = "", receive: String = "return { { event = 'a', data = {} } }") -> String {
    "return { name = 'demo', version = '1', summary = 's', kind = 'source', \(members) receive = function(request, ctx) \(receive) end }"
  }

  private static let options =
    "options = { word = { type = 'string', default = 'usual' }, key = { type = 'string', secret = true } },"

  private static func use(_ options: JSONValue = [:], _ name: String = "demo") -> SourceCode {
    .plugin(PluginStage(name: name, options: options))
  }

  /// The sources of a test; they can change.
  private final class Used: Sendable {
    private let all: Mutex<[Source]>
    init(_ sources: [Source]) { all = Mutex(sources) }
    var sources: [Source] { all.withLock { $0 } }
    func set(_ sources: [Source]) { all.withLock { $0 = sources } }
  }

  private func run(_ runner: SourceRunner, _ code: SourceCode) async -> ReceptionResult {
    await runner.receive(InboundRequest(), for: SourceSamples.source(code), isVerified: true, at: Samples.now)
  }

  @Test func aPluginRunsWithItsOptionsAndSaysWhichVersionRan() async throws {
    let fixture = try PluginFixture()
    try fixture.write("demo/plugin.lua", Self.plugin(Self.options, receive: "return { { event = ctx.options.word, data = {} } }"))
    let runner = SourceRunner(runtime: fixture.runtime, plugins: await started(fixture.live()))
    let result = await run(runner, Self.use())
    #expect(result.summary == #"[{"data":{},"event":"usual"}]"# && result.plugin == PluginVersion(name: "demo", revision: 1))
    #expect(await run(runner, Self.use(["word": "own"])).summary == #"[{"data":{},"event":"own"}]"#)
  }

  @Test func secretOptionsAreHiddenInLogsAndReasons() async throws {
    let fixture = try PluginFixture()
    try fixture.write("demo/plugin.lua", Self.plugin(Self.options, receive: "print(ctx.options.key) return nil, 400, ctx.options.key"))
    let result = await run(SourceRunner(runtime: fixture.runtime, plugins: await started(fixture.live())), Self.use(["key": "hunter2!"]))
    #expect(result.log == "<secret>\n" && result.summary.hasSuffix("because <secret>"))
  }

  @Test func aChangedPluginIsTakenWithTheNextRequest() async throws {
    let fixture = try PluginFixture()
    try fixture.write("demo/plugin.lua", Self.plugin())
    let live = await started(fixture.live())
    let runner = SourceRunner(runtime: fixture.runtime, plugins: live)
    #expect(await run(runner, Self.use()).summary == #"[{"data":{},"event":"a"}]"#)
    try fixture.write("demo/plugin.lua", Self.plugin(receive: "return nil, 202, 'changed'"))
    for _ in 0..<3 { await live.look() }
    let result = await run(runner, Self.use())
    #expect(result.summary == "answered 202 (text/plain; charset=utf-8) changed" && result.plugin?.revision == 2)
  }

  @Test func whatCannotRunIsToldByEachRequest() async throws {
    let fixture = try PluginFixture()
    try fixture.write("demo/plugin.lua", Self.plugin(Self.options))
    try fixture.writePlugin("stage", "filter = function() return true end")
    let runner = SourceRunner(runtime: fixture.runtime, plugins: await started(fixture.live()))
    #expect(await run(runner, Self.use([:], "none")).summary == "failed: plugin none is not loaded: there is no such plugin")
    #expect(await run(runner, Self.use([:], "stage")).summary == "failed: plugin stage: it is a stage of pipelines, not a source")
    #expect(await run(runner, Self.use(["word": 5])).summary == "failed: plugin demo: options.word: expected a string, got 5")
  }

  @Test func usesAreJudgedBeforeTheyAreSaved() async throws {
    let fixture = try PluginFixture()
    try fixture.write("demo/plugin.lua", Self.plugin(Self.options))
    try fixture.writePlugin("stage", "filter = function() return true end")
    let runner = SourceRunner(runtime: fixture.runtime, plugins: await started(fixture.live()))
    func problem(_ code: SourceCode) async -> String? {
      do throws(PipelineError) {
        try await runner.check(code)
        return nil
      } catch {
        return "\(error.member): \(error.message)"
      }
    }
    #expect(await problem(Self.use(["word": "x"])) == nil)
    #expect(await problem(.body) == nil)
    #expect(await problem(Self.use([:], "none")) == "plugin: plugin none is not loaded: there is no such plugin; there are demo")
    #expect(await problem(Self.use([:], "stage")) == #"plugin: expected a plugin of kind "source", got stage, which is a stage"#)
    #expect(await problem(Self.use(["wrod": 1])) == "options.wrod: expected an option of the plugin, got an unknown one; it has key, word")
  }

  @Test func contentThatASourceCouldNotGoOnWithIsRefusedAndAMissingPluginIsTold() async throws {
    let fixture = try PluginFixture()
    try fixture.write("demo/plugin.lua", Self.plugin(Self.options))
    let used = Used([SourceSamples.source(Self.use(["word": "x"]))])
    let live = LivePlugins(
      folder: fixture.folder, shipped: nil, runtime: fixture.runtime, store: fixture.store, sources: { used.sources })
    await live.load()
    try fixture.write("demo/plugin.lua", Self.plugin("version = '22',", receive: "return {}"))
    for _ in 0..<3 { await live.look() }
    let id = SourceSamples.source(.body).id
    let problem = "source \(id) could not go on with it: options.word: expected an option of the plugin, got an unknown one; it has none"
    #expect(live.problems() == ["demo": problem])
    used.set([SourceSamples.source(Self.use([:], "gone"))])
    for _ in 0..<2 { await live.look() }
    #expect(live.problems() == ["gone": "not loaded; source \(id) names it"])
  }

  @Test func aManifestSaysHowRequestsAreVerifiedRecognisedAndTaken() async throws {
    let fixture = try PluginFixture()
    let members =
      "verify = { scheme = 'github' }, dedupe = { header = 'X-GitHub-Delivery' }, methods = { 'POST', 'OPTIONS' }, open_methods = { 'OPTIONS' },"
    try fixture.write("demo/plugin.lua", Self.plugin(members))
    try fixture.write("plain/plugin.lua", Self.plugin().replacing("'demo'", with: "'plain'"))
    let live = await started(fixture.live())
    let runner = SourceRunner(runtime: fixture.runtime, plugins: live)
    let preset = SourcePreset(
      verify: VerificationRule(.github), dedupe: DedupeRule(.header("X-GitHub-Delivery")), methods: ["POST", "OPTIONS"],
      openMethods: ["OPTIONS"])
    #expect(runner.preset(of: "demo") == preset)
    #expect(runner.preset(of: "plain") == nil && runner.preset(of: "none") == nil)
    let shown = live.plugins().map { $0.manifest["preset"] }
    #expect(shown == [preset.json, .null])
  }

  @Test(arguments: [
    ("verify = { scheme = 'gitbub' },", "verify.scheme: expected one of"), ("verify = 'github',", "verify: expected an object"),
    ("verify = { scheme = 'hmac' },", "verify.header: is required by scheme hmac"),
    ("dedupe = { header = 'X-Id' },", "verify: is required"),
    ("verify = { scheme = 'none' }, methods = { 'FETCH' },", "methods[0]: expected"),
    ("verify = { scheme = 'none' }, dedupe = { haeder = 'X-Id' },", "dedupe.haeder: is unknown"),
    ("verify = { scheme = 'none' }, methods = {},", "methods: "), ("verfy = { scheme = 'none' },", #"unknown member "verfy""#),
  ])
  func whatIsWrongWithAPresetIsNamed(members: String, part: String) async throws {
    let problem = try await PluginFixture().problem(Self.plugin(members))
    #expect(problem?.hasPrefix("plugin.lua: ") == true && problem?.contains(part) == true, "\(problem ?? "it loaded")")
  }

  @Test func stagesHaveNoPreset() async throws {
    let text = PluginFixture.stage("demo", "verify = { scheme = 'none' }, filter = function() return true end")
    let problem = try await PluginFixture().problem(text)
    #expect(problem == "plugin.lua: verify: belongs to plugins of kind \"source\"")
  }
}
