// Headers as one text, `Name: value` lines: half the size of JSON and readable in any database tool.

import TidehookCore

/// Writes and reads the headers of an attempt.
enum HeaderText {
  /// One line for each header. A line break inside a value, which HTTP does not allow, becomes a space (RFC 9110, section 5.5).
  static func write(_ headers: [HeaderField]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 3 })
    for header in headers {
      appendLine(header.name, to: &text)
      text.append(UInt8(ascii: ":"))
      text.append(UInt8(ascii: " "))
      appendLine(header.value, to: &text)
      text.append(UInt8(ascii: "\n"))
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads what ``write(_:)`` wrote.
  static func read(_ text: String) -> [HeaderField] {
    text.utf8.split(separator: UInt8(ascii: "\n")).map { line in
      let name = line.prefix { $0 != UInt8(ascii: ":") }
      return HeaderField(String(Substring(name)), String(Substring(line.dropFirst(name.count + 2))))
    }
  }

  private static func appendLine(_ part: String, to text: inout [UInt8]) {
    for byte in part.utf8 { text.append(byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") ? UInt8(ascii: " ") : byte) }
  }
}
