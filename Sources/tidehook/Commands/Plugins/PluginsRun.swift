// `tidehook plugins run`: what a plugin, or a whole pipeline, makes of events.

import ArgumentParser
import TidehookAPI
import TidehookCore

struct PluginsRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Try a plugin, a script, or a pipeline on events; nothing is sent.",
    discussion: """
      It runs here, with the engine and the limits of deliveries; a server is asked only for events that it keeps. With --webhook, a
      registered webhook's own pipeline runs on the server.

      Examples:
        tidehook plugins run slack --event event.json --options '{"channel":"general"}'
        tidehook plugins run filter.lua --last 20 --events 'memory.*'
        tidehook plugins run tags --options '{"any":["architecture"]}' --then slack --event -
        tidehook plugins run --webhook wh_… --last 5
      """)

  @Argument(help: "A plugin by name or by its folder, or a .lua file.")
  var plugin: String?

  @Option(help: ArgumentHelp("Another stage behind it; may be repeated.", valueName: "plugin"))
  var then: [String] = []

  @Option(
    help: ArgumentHelp("The options of the plugin named before: a JSON object, or @ and the file that holds one.", valueName: "json"))
  var options: [String] = []

  @Option(help: ArgumentHelp("Run the pipeline of this webhook, on the server.", valueName: "id"))
  var webhook: String?

  @Option(help: "The webhook's target, for the request that is shown.")
  var url = "https://example.com/hook"

  @OptionGroup(title: "Events") var trial: TrialEventOptions
  @OptionGroup var location: PluginFolderOption
  @OptionGroup(title: "Server") var client: ClientOptions

  func validate() throws {
    if let plugin, let webhook {
      throw ValidationError("Name a plugin or --webhook, not both: \(plugin) and --webhook \(webhook) were given.")
    }
    guard plugin != nil || webhook != nil else { throw ValidationError("Name a plugin (or a .lua file), or --webhook.") }
    if webhook != nil && !(then.isEmpty && options.isEmpty) { throw ValidationError("--webhook runs the webhook's own pipeline.") }
    if trial.isEmpty { throw ValidationError("Name the events: --event FILE, --event ID, --event -, or --last COUNT.") }
  }

  func run() async throws {
    if let webhook { return try await ServerTrial(webhook: webhook, client: try client.client(), json: client.json).run(trial) }
    let pipeline = try await TrialPipeline(stages: try stages(), location: location, url: url)
    var report = TrialReport(texts: pipeline.texts, json: client.json)
    for event in try await trial.read(from: client.client) {
      var answer = DryRunAnswer()
      answer.add(await pipeline.dryRun(event), of: event)
      for result in try JSONAnswer(answer.bytes(), from: "this program").value["results"]?.elements ?? [] {
        report.add(result, event: try JSONAnswer(event.payload, from: "the event").value)
      }
    }
    try report.finish()
  }

  /// The stages, each with the options that stand behind it.
  private func stages() throws(CommandFailure) -> [TrialStage] {
    var (names, texts) = (then[...], options[...])
    var stages: [(name: String, options: JSONValue?)] = [(plugin ?? "", nil)]
    for option in OptionOrder.names(among: ["--then", "--options"], in: CommandLine.arguments) {
      if option == "--then", let name = names.popFirst() {
        stages.append((name, nil))
      } else if option == "--options", let text = texts.popFirst() {
        guard stages[stages.count - 1].options == nil else {
          throw CommandFailure(.usage, "--options stands twice for \(stages[stages.count - 1].name)")
        }
        stages[stages.count - 1].options = try PluginOptionsText.value(of: text)
      }
    }
    var found: [TrialStage] = []
    for stage in stages { found.append(try TrialStage(stage.name, options: stage.options ?? [:], in: location)) }
    return found
  }
}
