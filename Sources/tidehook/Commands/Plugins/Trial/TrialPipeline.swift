// The engine of deliveries, set up in this process to try pipelines on events. Nothing is sent, nothing is stored.

import TidehookCore
import TidehookDelivery
import TidehookScripting

/// One stage as a command line names it.
struct TrialStage {
  /// What runs.
  let stage: PipelineStage
  /// What the user calls it: a plugin's name, or a script's file.
  let name: String
  /// The plugin's place; `nil` for a script.
  let target: PluginTarget?
  /// What errors call the script, and its text; empty for a plugin.
  let text: String

  /// Reads a name, a plugin's folder, or a `.lua` file.
  init(_ argument: String, options: JSONValue = [:], in location: PluginFolderOption) throws(CommandFailure) {
    let mainFile = "/" + PluginFiles.mainFile
    if argument.hasSuffix(".lua"), !("/" + argument).hasSuffix(mainFile) {
      guard options.members?.isEmpty ?? true else { throw CommandFailure(.usage, "\(argument) is a script; only plugins have options") }
      guard let text = String(validating: try Input.file(argument), as: UTF8.self) else {
        throw CommandFailure(.usage, "\(argument) is not UTF-8 text")
      }
      (stage, name, target, self.text) = (.script(text), argument, nil, text)
      return
    }
    let target = try PluginTarget.one(Self.folder(of: argument), in: location)
    (stage, name, self.target, text) = (.plugin(PluginStage(name: target.name, options: options)), target.name, target, "")
  }
}

extension TrialStage {
  /// Whoever names a plugin's main file means the plugin.
  private static func folder(of argument: String) -> String {
    guard argument != PluginFiles.mainFile else { return "." }
    let ending = "/" + PluginFiles.mainFile
    return argument.hasSuffix(ending) ? String(argument.dropLast(ending.count)) : argument
  }
}

/// A pipeline that can be tried.
struct TrialPipeline {
  /// The texts of everything that may run.
  let texts: ScriptTexts
  private let webhook: Webhook
  private let pipelines: ScriptPipelines
  private let runner: DryRunner
  private let ids = IDGenerator(time: SystemTime(), random: SystemRandom())

  /// Loads the plugins and checks the stages as the API does when a webhook is saved.
  /// - Parameter url: where the webhook goes, before the pipeline says otherwise.
  init(stages: [TrialStage], location: PluginFolderOption, url: String = "https://example.com/hook") async throws(CommandFailure) {
    let runtime = LuaRuntime(threads: 1)
    let plugins = LivePlugins(folder: try Self.folder(of: stages, location), runtime: runtime)
    await plugins.load()
    try Self.checkLoaded(stages, in: plugins.current)
    pipelines = ScriptPipelines(runtime: runtime, plugins: plugins)
    do throws(PipelineError) {
      try await pipelines.check(stages.map(\.stage))
    } catch {
      let name = stages.indices.contains(error.stage) ? stages[error.stage].name : "the pipeline"
      let member = error.member.hasPrefix("options") ? "\(error.member): " : ""
      throw CommandFailure(.usage, SafeText.block("\(name): \(member)\(error.message)"))
    }
    webhook = try Self.webhook(stages.map(\.stage), url: url, id: WebhookID(ids.next()))
    let directory = WebhookDirectory(userAgent: "Tidehook/\(Tidehook.version)") { _ in NoSigner() }
    runner = DryRunner(directory: directory, tracer: pipelines, ids: ids, time: SystemTime())
    texts = Self.texts(of: stages, in: plugins.current)
  }

  /// What a delivery of an event would do.
  func dryRun(_ event: Event) async -> DryRun { await runner.dryRun(webhook, event: event) }

  /// What the stages do with an event.
  func trace(_ event: Event) async -> PipelineTrace {
    let delivery = DueDelivery(id: DeliveryID(TimeOrderedID(key: 1, entropy: 0)), webhook: webhook.id, event: event)
    return await pipelines.trace(webhook, on: delivery, at: event.timestamp)
  }

  /// The folder that the plugins come from: one folder serves all stages.
  private static func folder(of stages: [TrialStage], _ location: PluginFolderOption) throws(CommandFailure) -> PluginFolder {
    let folders = stages.compactMap(\.target).filter { !$0.isShipped }.map(\.folder)
    guard let first = folders.first else { return PluginFolder(path: location.folder) }
    guard folders.allSatisfy({ $0.path == first.path }) else {
      throw CommandFailure(.usage, "the plugins of a pipeline must be in one folder; these are in several")
    }
    return first
  }

  /// A plugin that is there but cannot be loaded is told of in the words of `plugins check`.
  private static func checkLoaded(_ stages: [TrialStage], in snapshot: PluginSnapshot) throws(CommandFailure) {
    for name in stages.compactMap(\.target?.name) where snapshot.plugins[name] == nil {
      guard let problem = snapshot.problems[name] else { continue }
      throw CommandFailure(.refused, "the plugin \(name) cannot be loaded: \(SafeText.block(problem))")
    }
  }

  private static func webhook(_ stages: [PipelineStage], url: String, id: WebhookID) throws(CommandFailure) -> Webhook {
    let destination: DestinationURL
    do {
      destination = try DestinationURL(parsing: url, allowing: .all)
    } catch {
      throw CommandFailure(.usage, "--url: \(error)")
    }
    let now = SystemTime().now()
    return Webhook(
      id: id, name: "trial", url: destination, events: [.everything], namespace: nil, pipeline: stages, signing: [], secret: Secret(""),
      createdAt: now, updatedAt: now)
  }

  private static func texts(of stages: [TrialStage], in snapshot: PluginSnapshot) -> ScriptTexts {
    var texts = ScriptTexts()
    for (index, stage) in stages.enumerated() {
      if let name = stage.target?.name {
        texts.add(snapshot.plugins[name]?.files.texts ?? [:])
      } else {
        texts.add([stages.count == 1 ? "script" : "pipeline[\(index)].script": stage.text])
      }
    }
    return texts
  }
}

/// Signs nothing: what is tried is not sent.
private struct NoSigner: MessageSigner {
  func headers(messageID: String, timestamp: Int64, body: [UInt8]) -> [HeaderField] { [] }
}
