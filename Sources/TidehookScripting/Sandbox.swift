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

  /// Bytes held by a compiled script and its modules.
  func bytes(of handle: CInt) -> Int { sandbox_script_bytes(raw, handle) }

  func compile(_ script: ScriptSource) throws(ScriptError) -> CInt {
    var result = sandbox_result()
    let name = Self.displayName(script.name)
    let parts = (script.modules ?? []).flatMap { [$0.name, Self.displayName($0.chunk), $0.source] }
    let handle = Self.withTexts([script.source] + parts) { texts in
      guard script.modules != nil else { return sandbox_compile(raw, name, texts[0].bytes, texts[0].len, &result) }
      let modules = stride(from: 1, to: texts.count, by: 3).map {
        sandbox_module(name: texts[$0].bytes, chunk: texts[$0 + 1].bytes, source: texts[$0 + 2])
      }
      return sandbox_compile_plugin(raw, name, texts[0], modules, modules.count, &result)
    }
    guard handle > 0 else { throw ScriptError(result.fault) }
    return handle
  }

  func forget(_ handle: CInt) { sandbox_forget(raw, handle) }

  /// Runs the script's top level and sees that it defines what the entry runs.
  func check(_ handle: CInt, for entry: ScriptEntry) throws(ScriptError) {
    var result = sandbox_result()
    sandbox_check(raw, handle, sandbox_entry(entry), &result)
    if result.verdict == SANDBOX_FAILED { throw ScriptError(result.fault) }
  }

  /// Runs the script's top level and returns what it says of itself: a JSON object, with the names of its functions as `functions`.
  func describe(_ handle: CInt) throws(ScriptError) -> [UInt8] {
    var result = sandbox_result()
    sandbox_describe(raw, handle, &result)
    if result.verdict == SANDBOX_FAILED { throw ScriptError(result.fault) }
    return [UInt8](result.body.rawBytes)
  }

  func run(_ handle: CInt, _ job: ScriptJob) -> ScriptResult {
    withInput(job) { input in
      var input = input
      var result = sandbox_result()
      sandbox_run(raw, handle, sandbox_entry(job.entry), &input, &result)
      return ScriptResult(result, of: job.entry)
    }
  }

  /// What the host library declares; see ``HostLibrary``.
  func libraryDeclarations() -> [UInt8]? {
    let text = sandbox_library_json(raw)
    return text.bytes == nil ? nil : [UInt8](text.rawBytes)
  }

  private func withInput(_ job: ScriptJob, _ body: (sandbox_input) -> ScriptResult) -> ScriptResult {
    Self.withText(job.event) { event in
      Self.withText(job.original) { original in
        Self.withText(job.context.isEmpty ? nil : job.context) { context in
          Self.withText(job.body) { bytes in
            Self.withText(job.json) { json in
              body(sandbox_input(event: event, original: original, context: context, body: bytes, json: json))
            }
          }
        }
      }
    }
  }

  /// Gives `body` the text, which is without bytes only when there is none: an empty one is one too.
  private static func withText(_ bytes: [UInt8]?, _ body: (sandbox_text) -> ScriptResult) -> ScriptResult {
    guard let bytes else { return body(sandbox_text(bytes: nil, len: 0)) }
    return (bytes.isEmpty ? [0] : bytes).withUnsafeBytes { body(sandbox_text(UnsafeRawBufferPointer(rebasing: $0[..<bytes.count]))) }
  }

  /// Gives `body` all texts at once, each followed by a zero byte; they are valid while it runs.
  private static func withTexts<Value>(_ texts: [String], _ body: ([sandbox_text]) -> Value) -> Value {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(texts.reduce(0) { $0 + $1.utf8.count + 1 })
    for text in texts {
      bytes.append(contentsOf: text.utf8)
      bytes.append(0)
    }
    return bytes.withUnsafeBytes { all in
      var start = 0
      return body(
        texts.map { text in
          defer { start += text.utf8.count + 1 }
          return sandbox_text(UnsafeRawBufferPointer(rebasing: all[start..<start + text.utf8.count]))
        })
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
