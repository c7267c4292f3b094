// Runs the code of sources on the Lua runtime.

import Synchronization
public import TidehookCore

/// Source plugins and inline scripts that define `receive`.
public final class SourceRunner: RequestReceiver {
  /// More sources than this share the places; one that lost its place is only resolved and compiled again.
  private static let capacity = 1024
  /// How much of a refusal is kept as its reason, in bytes.
  private static let longestReason = 1024
  /// What a list without events is.
  private static let noEvents = Array("[]".utf8)
  /// What errors call an inline script.
  private static let scriptName = "script"

  private let runtime: LuaRuntime
  private let plugins: LivePlugins?
  private let sources = Mutex(RecentCache<SourceID, ResolvedSource>(capacity: capacity))

  /// Makes a runner on `runtime`, which must outlive it.
  /// - Parameter plugins: the plugins that sources may name; `nil` for none.
  public init(runtime: LuaRuntime, plugins: LivePlugins? = nil) {
    self.runtime = runtime
    self.plugins = plugins
  }

  /// Runs a source's plugin or script on a request. Events of a request that is not known to be genuine are a failure.
  public func receive(_ request: InboundRequest, for source: Source, isVerified: Bool, at now: Timestamp) async -> ReceptionResult {
    let resolved = await resolve(source)
    switch resolved.code {
    case .missing(let problem):
      return ReceptionResult(.failed(problem), plugin: resolved.plugin)
    case .script(let script):
      let result = await runtime.run(resolved.job(script, for: request, isVerified: isVerified, at: now))
      return ReceptionResult(
        Self.reception(of: result.verdict, isVerified: isVerified).hiding(resolved.secrets),
        log: resolved.secrets?.hiding(result.log) ?? result.log, plugin: resolved.plugin)
    }
  }

  /// Compiles a source's script, or judges its plugin's options.
  public func check(_ code: SourceCode) async throws(PipelineError) {
    switch code {
    case .body: return
    case .plugin(let plugin): try await (plugins?.current ?? .empty).check(plugin, as: .source, with: runtime)
    case .script(let text):
      do throws(ScriptError) {
        try await runtime.check(text, name: Self.scriptName, for: .receive)
      } catch {
        throw PipelineError(stage: 0, message: error.message)
      }
    }
  }

  /// What a source plugin brings for sources that say nothing else.
  public func preset(of plugin: String) -> SourcePreset? { plugins?.current.plugins[plugin]?.manifest.preset }

  private func resolve(_ source: Source) async -> ResolvedSource {
    if let known = sources.withLock({ $0[source.id] }), isCurrent(known, for: source) { return known }
    let made = await resolved(source)
    return sources.withLock { sources in
      // Two requests may resolve at the same time; both should run what the workers have compiled.
      if let known = sources[source.id], isCurrent(known, for: source) { return known }
      sources[source.id] = made
      return made
    }
  }

  private func isCurrent(_ resolved: ResolvedSource, for source: Source) -> Bool {
    resolved.isCurrent(for: source, generation: plugins?.generation ?? 0)
  }

  private func resolved(_ source: Source) async -> ResolvedSource {
    switch source.code {
    case .body: return ResolvedSource(source, generation: nil, code: .missing("the source has neither a plugin nor a script"))
    case .script(let text):
      return ResolvedSource(source, generation: nil, code: .script(ScriptSource(name: Self.scriptName, source: text)))
    case .plugin(let stage):
      let snapshot = plugins?.current ?? .empty
      do throws(PluginProblem) {
        guard let plugin = snapshot.plugins[stage.name] else { throw PluginProblem(snapshot.reasonForMissing(stage.name)) }
        let options = try await plugin.options(of: stage, as: .source, runtime: runtime)
        return ResolvedSource(
          source, generation: snapshot.generation, code: .script(plugin.source), plugin: plugin.version, options: options.filled,
          secretOptions: options.secrets)
      } catch {
        return ResolvedSource(source, generation: snapshot.generation, code: .missing(error.description))
      }
    }
  }

  private static func reception(of verdict: ScriptVerdict, isVerified: Bool) -> Reception {
    switch verdict {
    case .events(noEvents, let answer?), .rejected(let answer): .answered(answer, reason: answer.status < 400 ? nil : reason(of: answer))
    case .events(let bytes, let answer): events(bytes, answer, isVerified: isVerified)
    case .failed(let error): .failed(error.description)
    case .untouched, .body, .dropped, .judged: .failed("receive was not run")  // Other entries give these.
    }
  }

  /// The script's tables may come from JSON that it decoded itself: their order and numbers are brought into canonical form here.
  private static func events(_ bytes: [UInt8], _ answer: InboundAnswer?, isVerified: Bool) -> Reception {
    guard isVerified || bytes == noEvents else {
      return .failed("receive returned events for a request that was not verified; where ctx.verified is false it may only answer")
    }
    do throws(JSONError) {
      return .events(try CanonicalJSON.canonicalize(bytes), answer: answer)
    } catch {
      return .failed("the events that receive returned cannot be read: \(error)")
    }
  }

  private static func reason(of answer: InboundAnswer) -> String {
    guard !answer.body.isEmpty else { return "refused with status \(answer.status)" }
    return String(decoding: answer.body.prefix(longestReason), as: UTF8.self)
  }
}

extension Reception {
  /// The same without secrets in what people are shown; events and answers are the code's own doing.
  fileprivate func hiding(_ secrets: SecretMask?) -> Reception {
    guard let secrets else { return self }
    return switch self {
    case .events: self
    case .answered(let answer, let reason): .answered(answer, reason: reason.map { secrets.hiding($0) })
    case .failed(let message): .failed(secrets.hiding(message))
    }
  }
}
