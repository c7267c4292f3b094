import Testing
import TidehookCore
import TidehookScripting

@Suite struct PluginManifestTests {
  @Test func aManifestSaysWhatAPluginIs() async throws {
    let fixture = try PluginFixture()
    try fixture.write(
      "demo/plugin.lua",
      """
      return {
        name = "demo", version = "1.2.0", summary = "One sentence.", kind = "stage",
        options = {
          channel = { type = "string", description = "where to", default = "general", min = 1, max = 80 },
          token = { type = "string", secret = true, required = true },
          paths = { type = "object", default = {} }, fields = { type = "array", items = "string", default = {} },
        },
        defaults = { rate_limit = "1/s" },
        filter = function() return true end, transform = function(e) return e end, response = function() end,
      }
      """)
    let manifest = try await fixture.load("demo").manifest
    #expect(manifest.name == "demo" && manifest.version == "1.2.0" && manifest.summary == "One sentence." && manifest.kind == .stage)
    #expect(manifest.functions == [.filter, .transform, .response])
    #expect(manifest.defaults == ["rate_limit": "1/s"])
    #expect(manifest.options.secretNames == ["token"])
    #expect(manifest.options.filled([:]) == ["channel": "general", "fields": [], "paths": [:]])
    let json = String(decoding: manifest.json.bytes, as: UTF8.self)
    #expect(json.contains(#""channel":{"type":"string","description":"where to","default":"general","min":1,"max":80}"#))
    #expect(json.hasSuffix(#""defaults":{"rate_limit":"1/s"},"preset":null,"functions":["filter","transform","response"]}"#))
  }

  @Test(arguments: [
    ("return 5", "must return"), ("retrun {}", "demo/plugin.lua:1"),
    ("return {version='1',summary='s',kind='stage'}", "name: expected"),
    ("return {name='other',version='1',summary='s',kind='stage'}", #"name: expected "demo" like the folder, got "other""#),
    ("return {name='demo',summary='s',kind='stage'}", "version: expected a line"),
    ("return {name='demo',version='1',summary='a\\nb',kind='stage'}", "summary: expected a line"),
    ("return {name='demo',version='1',summary='s',kind='stages'}", #"kind: expected "stage", "source", got "stages""#),
    ("return {name='demo',version='1',summary='s',kind='stage'}", "a stage needs one of filter, transform, transform_batch and response"),
    ("return {name='demo',version='1',summary='s',kind='stage',transfrom=function() end}", "unknown function transfrom"),
    ("return {name='demo',version='1',summary='s',kind='stage',filter=function() end,option={}}", #"unknown member "option""#),
    ("return {name='demo',version='1',summary='s',kind='source',filter=function() end}", "a source needs receive"),
    ("return {name='demo',version='1',summary='s',kind='stage',filter=function() end,receive=function() end}", "receive belongs to"),
    ("return {name='demo',version='1',summary='s',kind='stage',filter=5}", "'filter' must be a function, not a number"),
    ("return {name='demo',version='1',sumary='s',kind='stage',filter=function() end}", #"unknown member "sumary""#),
  ])
  func whatIsWrongIsNamed(text: String, part: String) async throws {
    let problem = try await PluginFixture().problem(text)
    #expect(problem?.contains(part) == true, "\(problem ?? "it loaded")")
  }

  @Test(arguments: [
    ("x = {type='text'}", #"options.x: type: expected "string", "integer", "number", "boolean", "array", "object", "any", got "text""#),
    ("x = {}", "options.x: "), ("X = {type='string'}", "an option's name is"), ("x = 'string'", "expected a table with type"),
    ("x = {type='string', defualt='a'}", #"unknown member "defualt""#),
    ("x = {type='string', default=5}", "default: expected a string, got 5"),
    ("x = {type='string', required=true, default='a'}", "what is required has no default"),
    ("x = {type='integer', secret=true}", "only strings can be secret"),
    ("x = {type='string', secret=true, default='k'}", "a secret has no default"),
    ("x = {type='integer', pattern='a'}", "pattern is for strings"), ("x = {type='string', items='string'}", "items is for arrays"),
    ("x = {type='boolean', min=1}", "min and max are for"), ("x = {type='string', min=3, max=2}", "min is above max"),
    ("x = {type='string', enum={'a', 5}}", "enum holds what is not a string"),
    ("x = {type='string', pattern='['}", "pattern: malformed pattern"),
    ("x = {type='string', pattern='^%d+$', default='a'}", "default: does not match the pattern"),
  ])
  func whatIsWrongWithAnOptionIsNamed(option: String, part: String) async throws {
    let text = PluginFixture.stage("demo", "options = { \(option) }, filter = function() return true end")
    let problem = try await PluginFixture().problem(text)
    #expect(problem?.contains(part) == true, "\(problem ?? "it loaded")")
  }

  @Test func modulesComeFromTheOwnFolderAndFromLib() async throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("alone", "filter = function() return true end")
    try fixture.writePlugin("demo", "transform = function() return { require('demo.part').x, require('lib.shared').y } end")
    try fixture.write("demo/part.lua", "return { x = 1 }")
    try fixture.write("demo/Other.lua", "not read")
    try fixture.write("lib/shared.lua", "return { y = 2 }")
    try fixture.write("README.md", "no plugin")
    #expect(try fixture.folder.names() == ["alone", "demo"])
    #expect(try fixture.folder.files(of: "demo").texts.keys.sorted() == ["demo/part.lua", "demo/plugin.lua", "lib/shared.lua"])
    #expect(try fixture.folder.files(of: "alone").texts.keys.sorted() == ["alone/plugin.lua"])
    let pipelines = ScriptPipelines(runtime: fixture.runtime, plugins: await started(fixture.live()))
    #expect(await pipelines.run(try Samples.webhook([.plugin("demo")]), on: Samples.delivery(), at: Samples.now).summary == "[1,2]")
  }

  @Test func aDigestIsOfPathsAndTexts() throws {
    let one = try PluginFiles(name: "a", texts: ["a/plugin.lua": "x", "a/b.lua": "y"])
    #expect(one.digest == (try PluginFiles(name: "a", texts: ["a/b.lua": "y", "a/plugin.lua": "x"])).digest)
    #expect(one.digest != (try PluginFiles(name: "a", texts: ["a/plugin.lua": "y", "a/b.lua": "x"])).digest)
    #expect(one.digest.count == 64)
    let version = PluginVersion(name: "a", revision: 1)
    let back = try PluginFiles(PluginRevision(version: version, digest: one.digest, content: one.content, createdAt: Samples.now))
    #expect(back == one)
  }

  @Test func aPathOnTheCommandLineIsAPluginOrAFolderOfPlugins() throws {
    let fixture = try PluginFixture()
    try fixture.writePlugin("demo", "filter = function() return true end")
    #expect(try PluginFolder.locate(fixture.folder.path).names == ["demo"])
    let own = try PluginFolder.locate(fixture.folder.path + "/demo/")
    #expect(own.names == ["demo"])
    #expect(try own.folder.files(of: "demo").texts.count == 1)
    #expect(throws: PluginProblem.self) { try PluginFolder.locate(fixture.folder.path + "/none") }
  }
}

func started(_ plugins: LivePlugins) async -> LivePlugins {
  await plugins.load()
  return plugins
}
