// Lua patterns outside of scripts: matched by Lua itself, under the limits of every script.

import TidehookCore

/// A Lua pattern.
struct LuaPattern {
  let text: String

  init(_ text: String) {
    self.text = text
  }

  private static let script = ScriptSource(
    name: "pattern",
    source: """
      function transform(e)
        return { found = string.find(e.text, e.pattern) ~= nil }
      end
      """)

  /// Whether a text contains a match; false also when matching takes more than a script may use.
  func matches(_ subject: String, with runtime: LuaRuntime) async -> Bool {
    guard case .body(let bytes, _, _) = await result(for: subject, with: runtime) else { return false }
    return (try? JSONValue(parsing: bytes))?["found"]?.boolValue ?? false
  }

  /// Why this is no pattern; `nil` when it is one.
  func problem(with runtime: LuaRuntime) async -> String? {
    guard case .failed(let error) = await result(for: "", with: runtime) else { return nil }
    return error.message.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? error.message
  }

  private func result(for subject: String, with runtime: LuaRuntime) async -> ScriptVerdict {
    let event: JSONValue = ["text": .string(subject), "pattern": .string(text)]
    return await runtime.run(ScriptJob(script: Self.script, event: event.bytes)).verdict
  }
}
