// A delivery's reason as its row has it: with the stage that dropped it behind it, so that it takes no column of its own.

import TidehookCore

/// Writes and reads `reason␟stage␟revision of a plugin␟name`. What no stage dropped is the reason alone.
enum ReasonText {
  /// The unit separator of ASCII. Names of stages have none; a reason may, since the last three count.
  private static let separator = "\u{1F}"

  /// The reason as a value of a row.
  static func value(_ reason: String?, _ stage: DroppingStage?) -> SQLValue {
    SQLValue(reason.map { joined($0, stage) })
  }

  /// The same as a text.
  static func joined(_ reason: String, _ stage: DroppingStage?) -> String {
    guard let stage else { return reason }
    let parts = [reason, "\(stage.index)", stage.plugin.map { "\($0.revision)" } ?? "", stage.name]
    return parts.joined(separator: separator)
  }

  /// Reads what ``value(_:_:)`` wrote.
  static func read(_ text: String) -> PipelineDrop {
    // Most reasons have no stage.
    guard text.utf8.contains(0x1F) else { return PipelineDrop(text) }
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.count >= 4, let stage = Int(parts[parts.count - 3]) else { return PipelineDrop(text) }
    let name = String(parts[parts.count - 1])
    let plugin = Int(parts[parts.count - 2]).map { PluginVersion(name: name, revision: $0) }
    return PipelineDrop(
      parts.dropLast(3).joined(separator: separator), by: DroppingStage(index: stage, name: name, plugin: plugin))
  }
}

extension Transition {
  /// The value of the column `reason`.
  var reasonValue: SQLValue { ReasonText.value(reason, droppedBy) }
}
