// The `cases` of a script in a pipeline.

import TidehookCore

/// Reads samples and what must come of each: as those of a plugin's cases.json that give an event. What they expect is the editor's matter.
enum CaseFields {
  /// How many cases a script may have.
  static let maximumCount = 100
  /// How long the cases of a script may be as JSON, in bytes: as long as a script.
  static let maximumBytes = 64 << 10
  /// How long a name may be, in characters: as in cases.json.
  static let longestName = 300

  /// The cases of a stage; `null` and absence are none.
  static func cases(_ field: Field?) throws -> ScriptCases {
    guard let field, field.value != .null else { return .none }
    let expectation = #"an array of at most \#(maximumCount) cases like {"name": "…", "event": {…}, "expect": {…}}"#
    let elements = try field.elements(expectation)
    guard elements.count <= maximumCount else { throw APIError.unexpected(field.path, expectation, got: "\(elements.count) cases") }
    for element in elements { try check(element) }
    let cases = ScriptCases(elements.map(\.value))
    guard cases.byteCount <= maximumBytes else {
      throw APIError.unexpected(field.path, "at most \(maximumBytes) bytes of JSON", got: "\(cases.byteCount) bytes")
    }
    return cases
  }

  private static func check(_ element: Field) throws {
    let fields = try Fields(element.value, path: element.path, known: ["name", "event", "ctx", "expect"])
    let name = try fields.required("name")
    guard let text = name.value.stringValue, (1...longestName).contains(text.count) else {
      throw name.unexpected("a string of 1...\(longestName) characters")
    }
    for part in [try fields.required("event"), try fields.required("expect"), fields["ctx"]].compactMap(\.self) {
      guard part.value.members != nil else { throw part.unexpected("an object") }
    }
  }
}
