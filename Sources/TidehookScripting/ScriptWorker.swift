/// Runs jobs on one thread: an interpreter and the scripts that it has compiled.
///
/// After a call that needed much memory the interpreter is thrown away, so that the memory returns; scripts are then
/// compiled again as they are needed.
final class ScriptWorker {
  /// Compiled scripts kept per worker.
  static let cachedScripts = 4096
  /// Memory that compiled scripts may hold per worker.
  static let cachedBytes = 32 << 20

  private let limits: ScriptLimits
  private var sandbox: Sandbox?
  private var cache: ScriptCache

  /// What a plugin's script and its modules may hold together.
  private var pluginBytes: Int {
    let (bytes, overflow) = limits.sourceBytes.multipliedReportingOverflow(by: ScriptLimits.sourcesPerPlugin)
    return overflow ? .max : bytes
  }

  init(limits: ScriptLimits, compiled: CompilationCount) {
    self.limits = limits
    cache = ScriptCache(maximumCount: Self.cachedScripts, maximumBytes: Self.cachedBytes, compiled: compiled)
  }

  func run(_ job: ScriptJob) -> ScriptResult {
    defer { replaceIfSpent() }
    do throws(ScriptError) {
      let sandbox = try currentSandbox()
      try checkSize(job.script)
      return sandbox.run(try cache.handle(for: job.script, in: sandbox), job)
    } catch {
      return ScriptResult(verdict: .failed(error))
    }
  }

  /// Compiles a script and runs its top level, without keeping it.
  func check(_ script: ScriptSource, for entry: ScriptEntry) -> Result<Void, ScriptError> {
    withCompiled(script) { (sandbox, handle) throws(ScriptError) in try sandbox.check(handle, for: entry) }
  }

  /// Compiles a script and asks what it says of itself, without keeping it.
  func describe(_ script: ScriptSource) -> Result<[UInt8], ScriptError> {
    withCompiled(script) { (sandbox, handle) throws(ScriptError) in try sandbox.describe(handle) }
  }

  private func withCompiled<Value>(
    _ script: ScriptSource, _ body: (Sandbox, CInt) throws(ScriptError) -> Value
  ) -> Result<Value, ScriptError> {
    defer { replaceIfSpent() }
    do throws(ScriptError) {
      let sandbox = try currentSandbox()
      try checkSize(script)
      let handle = try sandbox.compile(script)
      defer { sandbox.forget(handle) }
      return .success(try body(sandbox, handle))
    } catch {
      return .failure(error)
    }
  }

  private func checkSize(_ script: ScriptSource) throws(ScriptError) {
    var total = script.source.utf8.count
    try checkSize(total, of: script.name, limit: limits.sourceBytes)
    for module in script.modules ?? [] {
      total += module.source.utf8.count
      try checkSize(module.source.utf8.count, of: module.chunk, limit: limits.sourceBytes)
    }
    try checkSize(total, of: "\(script.name) with its modules", limit: pluginBytes)
  }

  private func checkSize(_ size: Int, of name: String, limit: Int) throws(ScriptError) {
    guard size > limit else { return }
    throw ScriptError(code: .sourceSize, message: "\(name): source has \(size) bytes, more than \(limit)")
  }

  private func currentSandbox() throws(ScriptError) -> Sandbox {
    if let sandbox { return sandbox }
    guard let made = Sandbox(limits: limits) else {
      throw ScriptError(code: .memory, message: "no memory for a Lua interpreter")
    }
    sandbox = made
    return made
  }

  private func replaceIfSpent() {
    guard let sandbox, sandbox.isSpent else { return }
    cache.removeAll()
    self.sandbox = nil
  }
}
