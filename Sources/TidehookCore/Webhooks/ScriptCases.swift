// What the script of a stage must do: samples with what must come of each. Deliveries know nothing of it.

/// The cases of a script, as JSON text: only people and editors of scripts read them, so that nothing else pays for their parts.
public struct ScriptCases: Sendable, Hashable {
  /// No cases.
  public static let none = ScriptCases([])

  /// An array of objects, written canonically; empty when there are none.
  public let json: [UInt8]
  /// How many there are.
  public let count: Int

  /// Keeps cases, each an object.
  public init(_ cases: [JSONValue]) {
    json = cases.isEmpty ? [] : JSONValue.array(cases).bytes
    count = cases.count
  }

  /// Whether there are none.
  public var isEmpty: Bool { json.isEmpty }

  /// How long they are as JSON, in bytes.
  public var byteCount: Int { json.count }

  /// The cases as an array.
  public var value: JSONValue { isEmpty ? [] : (try? JSONValue(parsing: json)) ?? [] }
}
