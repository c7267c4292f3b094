import Foundation
import Testing
import TidehookCore
import TidehookScripting

/// One example of a host function's declaration.
struct HostExample: Sendable, CustomStringConvertible {
  let name: String
  let code: String
  let result: String
  let log: String

  var description: String { "\(name): \(code)" }

  /// The examples of all functions.
  static let all: [HostExample] = {
    guard let bytes = HostLibrary.declarations(), let functions = try? JSONValue(parsing: bytes).elements else { return [] }
    return functions.flatMap { function in (function["example"]?.elements ?? []).map { HostExample(of: function, $0) } }
  }()

  private init(of function: JSONValue, _ example: JSONValue) {
    name = function["name"]?.stringValue ?? ""
    code = example["code"]?.stringValue ?? ""
    result = example["result"]?.stringValue ?? "nil"
    log = example["log"]?.stringValue ?? ""
  }
}

/// One file of rules, which the C harness runs under sanitizers too.
struct HostRules: Sendable, CustomStringConvertible {
  let name: String
  let source: String

  var description: String { name }

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "sandbox")

  /// All files, each with what stands before it: on one line, so that failures name lines of the file.
  static let all: [HostRules] = {
    let lines = read(folder.appending(path: "check.lua")).split(separator: "\n").dropFirst()
    let check = lines.joined(separator: " ")
    let files = (try? FileManager.default.contentsOfDirectory(at: folder.appending(path: "rules"), includingPropertiesForKeys: nil)) ?? []
    return files.sorted { $0.path < $1.path }.map { HostRules(name: $0.lastPathComponent, source: check + " " + read($0)) }
  }()

  private static func read(_ file: URL) -> String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }
}

@Suite struct HostLibraryTests {
  /// Compares every result of the example with those stated, tables by their contents.
  private static let comparison = """
    local function same(a, b)
      if type(a) ~= "table" or type(b) ~= "table" then return a == b and math.type(a) == math.type(b) end
      for k, v in pairs(a) do if not same(v, b[k]) then return false end end
      for k in pairs(b) do if a[k] == nil then return false end end
      return true
    end
    """

  @Test func everyFunctionHasSummaryAndExample() throws {
    let bytes = try #require(HostLibrary.declarations())
    let functions = try #require(try JSONValue(parsing: bytes).elements)
    #expect(functions.count > 40)
    for function in functions {
      #expect(function["summary"]?.stringValue?.isEmpty == false, "\(function)")
      #expect(function["example"]?.elements?.isEmpty == false, "\(function)")
    }
  }

  @Test func theRulesAreThere() {
    #expect(HostRules.all.count > 5)
  }

  @Test(arguments: HostRules.all)
  func everyRuleOfTheFileHolds(rules: HostRules) async {
    let fixture = Fixture(limits: ScriptLimits(instructions: 50_000_000, cpuTime: .seconds(10)))
    let result = await fixture.run(ScriptSource(name: rules.name, source: rules.source))
    #expect(result.summary == "same")
  }

  @Test(arguments: HostExample.all)
  func theExampleGivesWhatItStates(example: HostExample) async {
    let script = """
      \(Self.comparison)
      local function run() return table.pack(\(example.code)) end
      function transform()
        local got, stated = run(), table.pack(\(example.result))
        if got.n == 0 then return "same" end
        return same(got, stated) and "same" or { got = json.encode(got) }
      end
      """
    let result = await Fixture().run(script)
    #expect(result.summary == "same")
    #expect(result.log == example.log)
  }
}
