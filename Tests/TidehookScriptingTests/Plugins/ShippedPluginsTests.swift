import Testing
import TidehookCore
import TidehookScripting

@Suite struct ShippedPluginsTests {
  @Test func everyPluginInsideTheBinaryPassesItsCases() async throws {
    let fixture = try PluginFixture()
    for name in try PluginFolder.shipped.names() {
      let report = await PluginTester(runtime: fixture.runtime).test(name, in: .shipped)
      #expect(report.problem == nil, "\(name)")
      #expect(!report.results.isEmpty, "\(name) has no cases")
      for result in report.results { #expect(result.passed, "\(name): \(result.name): \(result.differences)") }
      #expect(try PluginFolder.shipped.text("README.md", of: name) != nil, "\(name) has no README")
    }
  }

  @Test func everyPluginInsideTheBinaryIsLoadedWithoutAFolder() async throws {
    let fixture = try PluginFixture()
    let live = LivePlugins(folder: nil, runtime: fixture.runtime)
    await live.load()
    #expect(live.plugins().map(\.version.name) == (try PluginFolder.shipped.names()))
    #expect(live.problems().isEmpty)
  }
}
