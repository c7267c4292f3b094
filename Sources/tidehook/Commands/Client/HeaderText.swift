// Reads a header as people write it on a command line.

import TidehookCore

/// A header: `Name: value`, as in HTTP, or `Name=value`.
struct HeaderText {
  let name: String
  let value: String

  /// The header as a member of a JSON object.
  var member: JSONValue.Member { JSONValue.Member(name, .string(value)) }

  /// Splits at the first `:` or `=`, whichever comes first, and takes the white space around the value away.
  static func split(_ text: String) throws(CommandFailure) -> HeaderText {
    guard let mark = text.firstIndex(where: { $0 == ":" || $0 == "=" }), mark > text.startIndex else {
      throw CommandFailure(.usage, "a header is written NAME=VALUE or NAME: VALUE, not \(text)")
    }
    let value = text[text.index(after: mark)...].drop { $0 == " " || $0 == "\t" }
    return HeaderText(name: String(text[..<mark]), value: String(value))
  }
}
