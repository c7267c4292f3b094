import Testing
import TidehookCore
import TidehookScripting

@Suite struct LivePluginsTests {
  private static let good = "filter = function() return true end"

  @Test func aChangeIsTakenWhenTwoLooksAgree() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("demo", version: "1", Self.good)
    let live = await started(fixture.live())
    #expect(fixture.told() == [])
    try fixture.writePlugin("demo", version: "2", Self.good)
    await live.look()
    #expect(fixture.told() == [])
    #expect(live.current.plugins["demo"]?.manifest.version == "1")
    await live.look()
    #expect(fixture.told() == ["loaded demo 2"])
    #expect(live.current.plugins["demo"]?.manifest.version == "2")
    await live.look()
    await live.look()
    #expect(fixture.told() == [])
  }

  @Test func whatKeepsChangingWaits() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("demo", version: "1", Self.good)
    let live = await started(fixture.live())
    for version in 2...5 {
      try fixture.writePlugin("demo", version: "\(version)", Self.good + String(repeating: " ", count: version))
      await live.look()
    }
    #expect(fixture.told() == [])
    await live.look()
    #expect(fixture.told() == ["loaded demo 2"])
    #expect(live.current.plugins["demo"]?.manifest.version == "5")
  }

  @Test func aBrokenVersionIsRefusedOnceAndTheOldOneGoesOn() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("demo", Self.good)
    let live = await started(fixture.live())
    try fixture.write("demo/plugin.lua", "return {")
    for _ in 0..<4 { await live.look() }
    let told = fixture.told()
    #expect(told.count == 1 && told[0].hasPrefix("refused demo [1]: demo/plugin.lua:1: "))
    #expect(live.current.plugins["demo"]?.version.revision == 1)
    #expect(live.problems()["demo"]?.hasPrefix("demo/plugin.lua:1") == true)
    #expect(live.plugins().first?.problem == live.problems()["demo"])
    try fixture.writePlugin("demo", Self.good)
    for _ in 0..<2 { await live.look() }
    #expect(fixture.told() == ["recovered demo 1"])
    #expect(live.problems().isEmpty)
  }

  @Test func aVersionThatBreaksItsPromisesIsRefused() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("demo", Self.good)
    let live = await started(fixture.live())
    try fixture.write("demo/plugin.lua", "return { name = 'demo' }")
    for _ in 0..<2 { await live.look() }
    #expect(live.problems()["demo"]?.contains("version: expected") == true)
  }

  @Test func aFolderThatIsGoneIsNoPluginAnyMore() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("demo", Self.good)
    let live = await started(fixture.live())
    try fixture.remove("demo")
    for _ in 0..<3 { await live.look() }
    #expect(fixture.told() == ["removed demo"])
    #expect(live.plugins().isEmpty)
    #expect(live.current.reasonForMissing("demo") == "plugin demo is not loaded: its folder is gone")
    try fixture.writePlugin("demo", Self.good)
    for _ in 0..<2 { await live.look() }
    #expect(fixture.told() == ["loaded demo 1"])
    #expect(live.problems().isEmpty)
  }

  @Test func aSharedModuleChangesThePluginsThatMayLoadIt() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("one", "transform = function() return { require('lib.text').x } end")
    try fixture.writePlugin("two", Self.good)
    try fixture.write("lib/text.lua", "return { x = 1 }")
    let live = await started(fixture.live())
    try fixture.write("lib/text.lua", "return { x = 22 }")
    for _ in 0..<3 { await live.look() }
    #expect(fixture.told() == ["loaded one 2"])
  }

  @Test func aFolderThatComesLaterIsNoticed() async throws {
    let fixture = try PluginFixture()
    try fixture.remove("")
    let live = await started(fixture.live())
    try fixture.writePlugin("demo", Self.good)
    for _ in 0..<2 { await live.look() }
    #expect(fixture.told() == ["loaded demo 1"])
  }

  @Test func namesThatAreNoneAreRefused() async throws {
    let fixture = try PluginFixture()
    for name in ["Demo", "lib", "1st"] { try fixture.write("\(name)/plugin.lua", "return {}") }
    try fixture.write(".hidden/plugin.lua", "return {}")
    let live = await started(fixture.live())
    #expect(live.problems().keys.sorted() == ["1st", "Demo", "lib"])
  }

  @Test func afterARestartABrokenPluginGoesOnInTheVersionThatRanLast() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("demo", version: "1", Self.good)
    _ = await started(fixture.live())
    try fixture.write("demo/plugin.lua", "return {")
    let live = await started(fixture.live())
    #expect(live.current.plugins["demo"]?.manifest.version == "1")
    #expect(live.problems()["demo"] != nil)
    #expect(fixture.told().first?.hasPrefix("refused demo [1]") == true)
  }

  @Test func revisionsCountContents() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("demo", version: "1", Self.good)
    let live = await started(fixture.live())
    try fixture.writePlugin("demo", version: "2", Self.good)
    for _ in 0..<2 { await live.look() }
    #expect(await started(fixture.live()).current.plugins["demo"]?.version.revision == 2)
    let first = try await live.plugin(PluginVersion(name: "demo", revision: 1))
    #expect(first.manifest.version == "1" && first.version.revision == 1)
    await #expect(throws: PluginProblem.self) { try await live.plugin(PluginVersion(name: "demo", revision: 9)) }
  }

  @Test func contentThatCannotBeStoredIsNotUsedUntilItCan() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("demo", version: "1", Self.good)
    let live = await started(fixture.live())
    fixture.store.setBroken(true)
    try fixture.writePlugin("demo", version: "2", Self.good)
    for _ in 0..<4 { await live.look() }
    #expect(fixture.told() == ["refused demo [1]: its content cannot be stored: no space"])
    fixture.store.setBroken(false)
    await live.look()
    #expect(fixture.told() == ["loaded demo 2"])
    #expect(live.problems().isEmpty)
  }

  @Test func theFolderWinsOverWhatComesWithTidehook() async throws {
    let (fixture, shipped) = (try PluginFixture(), try PluginFixture())
    try shipped.writePlugin("demo", version: "shipped", Self.good)
    try shipped.writePlugin("other", version: "shipped", Self.good)
    try fixture.writePlugin("demo", version: "mine", Self.good)
    let live = await started(fixture.live(shipped: shipped.folder))
    #expect(live.plugins().map { $0.manifest["version"]?.stringValue } == ["mine", "shipped"])
    try fixture.remove("demo")
    for _ in 0..<2 { await live.look() }
    #expect(live.current.plugins["demo"]?.manifest.version == "shipped")
    #expect(live.problems().isEmpty)
  }

  @Test func aBrokenPluginNeverGivesWayToTheOneThatComesWithTidehook() async throws {
    let (fixture, shipped) = (try PluginFixture(), try PluginFixture())
    try shipped.writePlugin("demo", version: "shipped", Self.good)
    try fixture.writePlugin("demo", version: "mine", Self.good)
    _ = await started(fixture.live(shipped: shipped.folder))
    try fixture.write("demo/plugin.lua", "return {")
    let live = await started(fixture.live(shipped: shipped.folder))
    #expect(live.current.plugins["demo"]?.manifest.version == "mine")
    #expect(live.problems()["demo"] != nil)
  }

  @Test func aBrokenPluginThatNeverRanGivesWayToTheOneThatComesWithTidehook() async throws {
    let (fixture, shipped) = (try PluginFixture(), try PluginFixture())
    try shipped.writePlugin("demo", version: "shipped", Self.good)
    try fixture.write("demo/plugin.lua", "return {")
    let live = await started(fixture.live(shipped: shipped.folder))
    #expect(live.current.plugins["demo"]?.manifest.version == "shipped")
    #expect(live.problems()["demo"] != nil)
    #expect(fixture.told().first?.hasPrefix("refused demo [1]") == true)
    try fixture.remove("demo")
    for _ in 0..<2 { await live.look() }
    #expect(fixture.told() == ["recovered demo 1"])
    #expect(live.problems().isEmpty)
  }

  @Test func aRestartMakesNoRevisionsOfWhatTheFolderOverrides() async throws {
    let (fixture, shipped) = (try PluginFixture(), try PluginFixture())
    try shipped.writePlugin("demo", version: "shipped", Self.good)
    try fixture.writePlugin("demo", version: "mine", Self.good)
    for _ in 0..<3 { _ = await started(fixture.live(shipped: shipped.folder)) }
    #expect(try await fixture.store.pluginRevisions(of: "demo").count == 1)
  }

  @Test func aFolderThatCannotBeReadIsNoPlugin() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("demo", Self.good)
    let live = await started(fixture.live())
    try fixture.remove("")
    try fixture.writeFolderAsFile()
    for _ in 0..<3 { await live.look() }
    #expect(fixture.told() == ["folder unreadable"])
    #expect(live.problems().isEmpty && live.plugins().count == 1)
    try fixture.remove("")
    try fixture.writePlugin("demo", Self.good)
    for _ in 0..<2 { await live.look() }
    #expect(fixture.told() == ["folder readable"])
  }
}
