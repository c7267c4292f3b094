// What a webhook's pipeline is made of.

/// One stage of a pipeline.
public enum PipelineStage: Sendable, Hashable {
  /// A Lua script, given inline, and what it must do.
  case script(String, cases: ScriptCases = .none)
  /// A plugin with its options.
  case plugin(PluginStage)
}

/// A plugin in a pipeline, as its webhook names it.
public struct PluginStage: Sendable, Hashable {
  /// The plugin's name, that of its folder.
  public var name: String
  /// Its options as given, defaults not filled in: a JSON object. Secret ones are in it.
  public var options: JSONValue

  /// Makes a stage.
  public init(name: String, options: JSONValue = [:]) {
    self.name = name
    self.options = options
  }
}
