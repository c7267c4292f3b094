// The names of events in the Mem0 dialect.

import TidehookCore

/// Translates between Mem0's names of events and Tidehook's.
enum Mem0EventType {
  /// Mem0's names, with the types that they are stored as. Source: mem0ai/mem0, `docs/platform/features/webhooks.mdx`.
  private static let names: [(mem0: String, type: String)] = [
    ("memory_add", "memory.created"), ("memory_update", "memory.updated"), ("memory_delete", "memory.deleted"),
    ("memory_categorize", "memory.categorized"), ("ingest_job_completed", "ingest_job_completed"),
    ("ingest_job_partially_completed", "ingest_job_partially_completed"), ("ingest_job_failed", "ingest_job_failed"),
    ("ingest_job_cancelled", "ingest_job_cancelled"),
  ]

  /// A pattern as the dialect shows it: in Mem0's spelling where there is one, else as it is.
  static func name(of pattern: EventPattern) -> String {
    let text = pattern.description
    return names.first { $0.type == text }?.mem0 ?? text
  }

  /// Reads a pattern: Mem0's names in either spelling (`memory_add`, `memory:add`), and Tidehook's dotted types and patterns.
  ///
  /// Other names without a dot are none: `memory_ad` would be a valid type of its own, and the webhook would never hear of anything.
  static func pattern(_ text: String) -> EventPattern? {
    let isMem0s = names.contains { $0.mem0 == text.replacing(":", with: "_") }
    guard isMem0s || text.contains(".") || text == "*" else { return nil }
    return EventPattern(text)
  }

  /// What ``pattern(_:)`` reads, for messages.
  static let expectation = "one of \(names.map(\.mem0).joined(separator: ", ")), or a type like memory.recalled or memory.*"
}
