// The options that make a pipeline: several stages, in the order in which they stand on the command line.

import ArgumentParser
import TidehookCore

/// `--plugin NAME [--options JSON]` and `--script FILE`, each as often as there are stages.
struct StageOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("A plugin as a stage of the pipeline; stages run in the order in which they are named.", valueName: "name"))
  var plugin: [String] = []

  @Option(
    help: ArgumentHelp("The options of the --plugin before it: a JSON object, or @ and the file that holds one.", valueName: "json"))
  var options: [String] = []

  @Option(help: ArgumentHelp("A Lua script that filters and reshapes, as a stage; - is standard input.", valueName: "file"))
  var script: [String] = []

  /// The member of the request that holds the stages: `script` for one script alone, else `pipeline`; `nil` when none is named.
  func member() throws(CommandFailure) -> JSONValue.Member? {
    let stages = try self.stages(in: CommandLine.arguments)
    guard !stages.isEmpty else { return nil }
    if stages.count == 1, let script = stages[0]["script"] { return JSONValue.Member("script", script) }
    return JSONValue.Member("pipeline", .array(stages))
  }

  /// The stages as the API takes them.
  /// - Parameter arguments: the command line, which alone knows the order among different options.
  private func stages(in arguments: [String]) throws(CommandFailure) -> [JSONValue] {
    var (plugins, options, scripts) = (plugin[...], self.options[...], script[...])
    var stages: [[JSONValue.Member]] = []
    for name in OptionOrder.names(among: ["--plugin", "--options", "--script"], in: arguments) {
      switch name {
      case "--plugin":
        if let plugin = plugins.popFirst() { stages.append([.init("plugin", .string(plugin))]) }
      case "--script":
        if let script = scripts.popFirst() { stages.append([.init("script", .string(try Input.text(script)))]) }
      default:
        guard let text = options.popFirst() else { break }
        guard let last = stages.indices.last, stages[last].count == 1, stages[last][0].key == "plugin" else {
          throw CommandFailure(.usage, "--options gives the options of one --plugin, and stands behind it")
        }
        stages[last].append(.init("options", try PluginOptionsText.value(of: text)))
      }
    }
    return stages.map { .object($0) }
  }
}

/// In which order different options stand on a command line.
enum OptionOrder {
  /// The names that are used, once for each use. A value cannot be taken for a name: values do not begin with `--`.
  static func names(among names: Set<String>, in arguments: [String]) -> [String] {
    arguments.dropFirst().prefix { $0 != "--" }.compactMap { argument in
      let name = String(argument.prefix { $0 != "=" })
      return names.contains(name) ? name : nil
    }
  }
}

/// A plugin's options as people write them on a command line.
enum PluginOptionsText {
  /// The object that a text holds, or the file that it names behind an `@`.
  /// - Parameter option: what the text was given with.
  static func value(of text: String, option: String = "--options") throws(CommandFailure) -> JSONValue {
    let isFile = text.hasPrefix("@")
    let bytes = isFile ? try Input.file(String(text.dropFirst())) : Array(text.utf8)
    let name = isFile ? String(text.dropFirst()) : option
    let value: JSONValue
    do {
      value = try JSONValue(parsing: bytes)
    } catch {
      throw CommandFailure(.usage, "\(name) is not JSON: \(error)")
    }
    guard value.members != nil else { throw CommandFailure(.usage, "\(name): expected a JSON object, got something else") }
    return value
  }
}
