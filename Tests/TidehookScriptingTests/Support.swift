import Foundation
import TidehookCore
import TidehookScripting

/// A runtime with one thread; tests that look at what a call leaves behind need all calls on the same interpreter.
struct Fixture {
  let runtime: LuaRuntime

  init(limits: ScriptLimits = ScriptLimits(), threads: Int = 1) { runtime = LuaRuntime(threads: threads, limits: limits) }

  func run(_ source: String, event: String = "{}", original: String? = nil, context: String = "") async -> ScriptResult {
    await run(ScriptSource(name: "script", source: source), event: event, original: original, context: context)
  }

  func run(
    _ script: ScriptSource, entry: ScriptEntry = .stage, event: String = "{}", original: String? = nil, context: String = "",
    body: [UInt8]? = nil
  ) async -> ScriptResult {
    let job = ScriptJob(
      script: script, entry: entry, event: Array(event.utf8), original: original.map { Array($0.utf8) }, context: Array(context.utf8),
      body: body, json: body.flatMap { try? CanonicalJSON.canonicalize($0) })
    return await withCheckedContinuation { continuation in runtime.run(job) { continuation.resume(returning: $0) } }
  }

  /// The body that `transform` makes of an event, or what happened instead.
  func transform(_ body: String, event: String = "{}", context: String = "") async -> String {
    await run("function transform(event, ctx) \(body) end", event: event, context: context).summary
  }
}

extension ScriptResult {
  var summary: String {
    switch verdict {
    case .untouched: "untouched"
    case .body(let bytes, _, _): String(decoding: bytes, as: UTF8.self)
    case .dropped(let reason): "dropped: \(reason)"
    case .judged(let judgement, let reason): "judged: \(judgement?.rawValue ?? "by status")\(reason.map { ", \($0)" } ?? "")"
    case .events(let bytes, let answer):
      "events: \(String(decoding: bytes, as: UTF8.self))\(answer.map { ", answer: \($0.summary)" } ?? "")"
    case .rejected(let answer): "rejected: \(answer.summary)"
    case .failed(let error): "\(error.code.rawValue): \(error.message)"
    }
  }

  var answer: InboundAnswer? {
    switch verdict {
    case .events(_, let answer): answer
    case .rejected(let answer): answer
    case .untouched, .body, .dropped, .judged, .failed: nil
    }
  }

  var error: ScriptError? {
    if case .failed(let error) = verdict { return error }
    return nil
  }

  var overrides: RequestOverrides? {
    if case .body(_, _, let overrides) = verdict { return overrides }
    return nil
  }
}

extension InboundAnswer {
  /// `200 X-A: b (text/plain) body`
  var summary: String {
    let fields = headers.map { " \($0.name): \($0.value)" }.joined()
    return "\(status)\(fields)\(contentType.map { " (\($0))" } ?? "") \(String(decoding: body, as: UTF8.self))"
  }
}
