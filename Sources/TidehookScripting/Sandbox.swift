import CLuaSandbox

/// One interpreter, owned by one thread. Nothing that the C side does can raise across these calls.
final class Sandbox {
  /// Longest part of a script's name that errors show.
  private static let nameBytes = 50

  private let raw: OpaquePointer

  /// Makes an interpreter; `nil` when the system has no memory.
  init?(limits: ScriptLimits) {
    var values = sandbox_limits(
      instructions: limits.instructions, cpu_ns: limits.cpuTime.nanoseconds, memory_bytes: max(0, limits.memoryBytes),
      output_bytes: max(0, limits.outputBytes), log_bytes: max(0, limits.logBytes))
    guard let raw = sandbox_new(&values) else { return nil }
    self.raw = raw
  }

  deinit { sandbox_free(raw) }

  /// The interpreter needed so much memory that it should be replaced.
  var isSpent: Bool { sandbox_is_spent(raw) }

  /// Bytes held by a compiled script.
  func bytes(of handle: CInt) -> Int { sandbox_script_bytes(raw, handle) }

  func compile(_ script: ScriptSource) throws(ScriptError) -> CInt {
    var result = sandbox_result()
    let name = Self.displayName(script.name)
    var source = script.source
    let handle = source.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { sandbox_compile(raw, name, $0.baseAddress, $0.count, &result) }
    }
    guard handle > 0 else { throw ScriptError(result.fault) }
    return handle
  }

  func forget(_ handle: CInt) { sandbox_forget(raw, handle) }

  /// Runs the script's top level and looks at what it defines.
  func check(_ handle: CInt) throws(ScriptError) {
    var result = sandbox_result()
    sandbox_check(raw, handle, &result)
    if result.verdict == SANDBOX_FAILED { throw ScriptError(result.fault) }
  }

  func run(_ handle: CInt, _ job: ScriptJob) -> ScriptResult {
    withTexts(job) { input in
      var input = input
      var result = sandbox_result()
      sandbox_run(raw, handle, &input, &result)
      return ScriptResult(result)
    }
  }

  private func withTexts(_ job: ScriptJob, _ body: (sandbox_input) -> ScriptResult) -> ScriptResult {
    job.event.withUnsafeBytes { event in
      job.context.withUnsafeBytes { context in
        let absent = sandbox_text(bytes: nil, len: 0)
        let contextText = context.isEmpty ? absent : sandbox_text(context)
        guard let original = job.original else {
          return body(sandbox_input(event: sandbox_text(event), original: absent, context: contextText))
        }
        return original.withUnsafeBytes { original in
          body(sandbox_input(event: sandbox_text(event), original: sandbox_text(original), context: contextText))
        }
      }
    }
  }

  /// Names come from users: control characters would garble messages, and Lua cuts what is too long in mid-character.
  private static func displayName(_ name: String) -> String {
    var shown = ""
    for scalar in name.unicodeScalars {
      let next = scalar.value < 0x20 || scalar.value == 0x7F ? "?" : scalar
      if shown.utf8.count + UTF8.width(next) > nameBytes { break }
      shown.unicodeScalars.append(next)
    }
    return shown.isEmpty ? "script" : shown
  }
}

extension Duration {
  /// Whole nanoseconds, from 0 to about 292 years.
  var nanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    let whole = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    return whole.overflow ? UInt64(Int64.max) : min(whole.partialValue, UInt64(Int64.max)) + UInt64(attoseconds / 1_000_000_000)
  }
}
