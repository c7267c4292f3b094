import Testing
import TidehookCore
import TidehookScripting

@Suite struct OptionSchemaTests {
  private static let declared = """
    name = { type = "string", min = 2, max = 4, pattern = "^%l+$" }, token = { type = "string", secret = true, min = 8 },
    level = { type = "string", enum = { "low", "high" } }, count = { type = "integer", min = 1, max = 5 }, ratio = { type = "number" },
    deep = { type = "object" }, list = { type = "array", items = "string", max = 2 }, flag = { type = "boolean", default = false },
    must = { type = "string", required = true }, one = { type = "any" },
    """

  private func schema() async throws -> (OptionSchema, LuaRuntime) {
    let fixture = try PluginFixture()
    try fixture.writePlugin("demo", "options = { \(Self.declared) }, filter = function() return true end")
    return (try await fixture.load("demo").manifest.options, fixture.runtime)
  }

  @Test(
    arguments: [
      (#"{"must":"x"}"#, nil),
      (
        #"{"must":"x","name":"abc","level":"low","count":5,"ratio":0.5,"deep":{"a":[1]},"list":["a"],"flag":true,"one":[],"token":"12345678"}"#,
        nil
      ),
      (#"{"must":"x","count":2.0,"name":null}"#, nil), (#"{"must":"x","name":"éé"}"#, "options.name: expected a string that matches"),
      (#"{}"#, "options.must: expected a string, got nothing"), (#"{"must":null}"#, "options.must: expected a string, got nothing"),
      ("[]", "options: expected an object, got an array"),
      (#"{"must":"x","chanel":1}"#, "options.chanel: expected an option of the plugin, got an unknown one; it has count, deep, flag"),
      (#"{"must":5}"#, "options.must: expected a string, got 5"),
      (#"{"must":"x","name":"a"}"#, "options.name: expected a string of 2 to 4 characters, got 1"),
      (#"{"must":"x","name":"ABC"}"#, #"options.name: expected a string that matches the Lua pattern "^%l+$", got "ABC""#),
      (#"{"must":"x","level":"mid"}"#, #"options.level: expected "low" or "high", got "mid""#),
      (#"{"must":"x","count":2.5}"#, "options.count: expected a whole number of 1 to 5, got 2.5"),
      (#"{"must":"x","count":9}"#, "options.count: expected a whole number of 1 to 5, got 9"),
      (#"{"must":"x","ratio":"1"}"#, #"options.ratio: expected a number, got "1""#),
      (#"{"must":"x","deep":[]}"#, "options.deep: expected an object, got an array"),
      (#"{"must":"x","list":["a",2]}"#, "options.list: expected a string as element 2, got 2"),
      (#"{"must":"x","list":["a","b","c"]}"#, "options.list: expected an array of at most 2 elements, got 3"),
      (#"{"must":"x","flag":"yes"}"#, #"options.flag: expected true or false, got "yes""#),
      (#"{"must":"x","token":"hunter2"}"#, "options.token: expected a string of at least 8 characters, got 7"),
      (#"{"must":"x","token":["hunter2"]}"#, "options.token: expected a string of at least 8 characters, got an array"),
    ] as [(String, String?)])
  func valuesAreChecked(options: String, part: String?) async throws {
    let (schema, runtime) = try await schema()
    let value = try JSONValue(parsing: Array(options.utf8))
    do throws(OptionError) {
      try await schema.check(value, with: runtime)
      #expect(part == nil)
    } catch {
      #expect(error.description.hasPrefix(part ?? "nothing"), "\(error)")
      #expect(!error.description.contains("hunter2"))
    }
  }

  @Test func defaultsFillWhatIsNotGiven() async throws {
    let (schema, _) = try await schema()
    #expect(schema.filled(["must": "x", "name": nil]) == ["must": "x", "flag": false])
    #expect(schema.filled(["flag": true]) == ["flag": true])
  }
}
