// Points at one value in an event, to tell which events belong together.

/// Where a value stands in an event: member names with dots between them, from the envelope down.
///
/// `data.memory_id`, `event`, and `namespace`, which is the event's own though it is not part of the envelope.
public struct EventPath: Sendable, Hashable, CustomStringConvertible {
  /// What a path may be, for messages.
  public static let expectation = "a path into the event such as data.memory_id, beginning with data, event or namespace"
  /// The longest path, in bytes.
  public static let maximumLength = 256
  /// The deepest path, in names.
  private static let maximumDepth = 8

  private let names: [String]

  /// Reads a path; `nil` when it is none.
  public init?(_ text: String) {
    guard text.utf8.count <= Self.maximumLength else { return nil }
    names = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard names.count <= Self.maximumDepth, !names.contains("") else { return nil }
    switch names[0] {
    case "data": return
    case "event", "namespace": guard names.count == 1 else { return nil }
    default: return nil
    }
  }

  /// Whether it can lead to a value that counts: `data` is an object, and what looks like an element of an array (`data.tags[0]`), a pattern
  /// (`data.*`) or a slip (`data.tags[`) is taken for one, though a member may have such a name, as one may be called `filter[name]`.
  public var mayLeadToScalar: Bool { names != ["data"] && !names.contains { $0 == "*" || Self.isElement($0) || !Self.isBalanced($0) } }

  private static func isElement(_ name: String) -> Bool {
    guard let start = name.lastIndex(of: "["), name.last == "]" else { return false }
    return name[start...].dropFirst().dropLast().allSatisfy { $0.isASCII && $0.isNumber }
  }

  private static func isBalanced(_ name: String) -> Bool {
    var depth = 0
    for character in name where depth >= 0 { depth += character == "[" ? 1 : character == "]" ? -1 : 0 }
    return depth == 0
  }

  /// The path as it was written.
  public var description: String { names.joined(separator: ".") }

  /// The value in an event as canonical JSON, so that the text `"1"` and the number `1` differ.
  /// - Returns: `nil` when there is none, or it is `null`, an object or an array.
  public func scalar(in event: Event) -> [UInt8]? {
    if names[0] == "namespace" { return Array(event.namespace.name.utf8) }
    var value = (try? JSONView(event.payload))?[names[0]]
    for name in names.dropFirst() { value = value?.view?[name] }
    guard let value else { return nil }
    switch value.kind {
    case .string, .number, .bool: return Array(value.text)
    case .object, .array, .null: return nil
    }
  }
}
