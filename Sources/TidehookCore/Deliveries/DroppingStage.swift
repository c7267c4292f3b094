// Which stage of a pipeline did not want an event.

/// The stage that dropped an event.
public struct DroppingStage: Sendable, Hashable {
  /// Its place in the pipeline, from 0.
  public var index: Int
  /// What dry runs call it: `script`, `pipeline[1].script`, or the plugin's name.
  public var name: String
  /// Which content of a plugin ran; `nil` for an inline script.
  public var plugin: PluginVersion?

  /// Makes a record of a stage.
  public init(index: Int, name: String, plugin: PluginVersion? = nil) {
    self.index = index
    self.name = name
    self.plugin = plugin
  }

  /// The line of an inline script that returns a reason, from 1.
  ///
  /// A script says no more than the reason, and to watch where it returns would slow down every event. So the line is the one that has
  /// both `return` and the reason between quotation marks; a reason that is put together, and one that two lines give, has none.
  /// - Parameters:
  ///   - reason: the delivery's, the stage's name in front of it or not.
  ///   - script: the stage's source.
  public func line(of reason: String, in script: String) -> Int? {
    let prefix = "\(name): "
    let text = reason.hasPrefix(prefix) ? String(reason.dropFirst(prefix.count)) : reason
    guard !text.isEmpty else { return nil }
    let lines = script.split(separator: "\n", omittingEmptySubsequences: false)
    let found = lines.indices.filter { index in
      lines[index].contains("return") && ["'", "\""].contains { lines[index].contains("\($0)\(text)\($0)") }
    }
    return found.count == 1 ? found[0] + 1 : nil
  }
}

/// That a pipeline dropped an event.
public struct PipelineDrop: Sendable, Hashable {
  /// Why.
  public var reason: String
  /// Which stage did; `nil` where that is not known.
  public var stage: DroppingStage?

  /// Makes a record of a drop.
  public init(_ reason: String, by stage: DroppingStage? = nil) {
    self.reason = reason
    self.stage = stage
  }

  /// The drop, without secrets in its words.
  public func hiding(_ secrets: SecretMask?) -> PipelineDrop {
    secrets.map { PipelineDrop($0.hiding(reason), by: stage) } ?? self
  }
}
