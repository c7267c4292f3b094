/// Runs jobs on one thread: an interpreter and the scripts that it has compiled.
///
/// After a call that needed much memory the interpreter is thrown away, so that the memory returns; scripts are then
/// compiled again as they are needed.
final class ScriptWorker {
  /// Compiled scripts kept per worker.
  static let cachedScripts = 256
  /// Memory that compiled scripts may hold per worker.
  static let cachedBytes = 32 << 20

  private let limits: ScriptLimits
  private var sandbox: Sandbox?
  private var cache = ScriptCache(maximumCount: cachedScripts, maximumBytes: cachedBytes)

  init(limits: ScriptLimits) { self.limits = limits }

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
  func check(_ script: ScriptSource) -> Result<Void, ScriptError> {
    defer { replaceIfSpent() }
    do throws(ScriptError) {
      let sandbox = try currentSandbox()
      try checkSize(script)
      let handle = try sandbox.compile(script)
      defer { sandbox.forget(handle) }
      try sandbox.check(handle)
      return .success(())
    } catch {
      return .failure(error)
    }
  }

  private func checkSize(_ script: ScriptSource) throws(ScriptError) {
    let size = script.source.utf8.count
    guard size > limits.sourceBytes else { return }
    throw ScriptError(code: .sourceSize, message: "\(script.name): source has \(size) bytes, more than \(limits.sourceBytes)")
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
