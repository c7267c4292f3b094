import Testing
import TidehookCore
import TidehookScripting

@Suite struct LivePluginsDocumentsTests {
  private static let greeting = "transform = function(event) print('said') return { text = event.event } end"

  private func cases(expecting text: String) -> String {
    #"[{"name": "says the type", "event": {"event": "a.b"}, "expect": {"body": {"text": "\#(text)"}}}]"#
  }

  @Test func theReadmeIsThatOfTheFolderWhichHasThePlugin() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("demo", Self.greeting)
    try fixture.writePlugin("slack", Self.greeting)
    try fixture.write("demo/README.md", "# demo")
    let live = await started(fixture.live(shipped: .shipped))
    #expect(live.readme(of: "demo") == "# demo")
    #expect(live.readme(of: "slack") == nil, "the folder's own wins over the shipped one, which has a README")
    #expect(live.readme(of: "teams")?.hasPrefix("# teams") == true)
  }

  @Test(arguments: ["none", "..", "demo/../demo", "", "."])
  func whatIsNoPluginHasNothing(name: String) async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("demo", Self.greeting)
    try fixture.write("README.md", "not of a plugin")
    let live = await started(fixture.live())
    #expect(live.readme(of: name) == nil)
    #expect(await live.casesReport(of: name) == nil)
  }

  @Test func aLongReadmeIsCut() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("demo", Self.greeting)
    try fixture.write("demo/README.md", String(repeating: "a", count: 300 << 10))
    #expect(await started(fixture.live()).readme(of: "demo")?.utf8.count == 256 << 10)
  }

  @Test(arguments: [("a.b", true), ("c.d", false)])
  func casesSayWhatCame(text: String, passes: Bool) async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("demo", Self.greeting)
    try fixture.write("demo/cases.json", cases(expecting: text))
    let report = await started(fixture.live()).casesReport(of: "demo")
    let result = try #require(report?["cases"]?.elements?.first)
    #expect(report?["problem"] == .null && result["name"] == "says the type" && result["log"]?.stringValue?.contains("said") == true)
    #expect(result["passed"] == .bool(passes))
    let difference = result["differences"]?.elements?.first
    #expect(passes ? difference == nil : difference?["expected"] == "c.d" && difference?["got"] == "a.b" && difference?["path"] == "text")
  }

  @Test func contentThatDoesNotLoadSaysWhy() async throws {
    let fixture = try PluginFixture()
    try fixture.write("demo/plugin.lua", "return 1")
    let report = await started(fixture.live()).casesReport(of: "demo")
    #expect(report?["problem"]?.stringValue?.isEmpty == false && report?["cases"] == .array([]))
  }
}
