// Headers as one text, `Name: value` lines: half the size of JSON and readable in any database tool.

import TidehookCore

/// Writes and reads the headers of an attempt.
enum HeaderText {
  /// One line for each header. A line break inside a value, which HTTP does not allow, becomes a space (RFC 9110, section 5.5).
  static func write(_ headers: [HeaderField]) -> String {
    var text = ""
    text.reserveCapacity(headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 3 })
    for header in headers {
      text += onOneLine(header.name)
      text += ": "
      text += onOneLine(header.value)
      text += "\n"
    }
    return text
  }

  /// Reads what ``write(_:)`` wrote.
  static func read(_ text: String) -> [HeaderField] {
    text.utf8.split(separator: UInt8(ascii: "\n")).map { line in
      let name = line.prefix { $0 != UInt8(ascii: ":") }
      return HeaderField(String(Substring(name)), String(Substring(line.dropFirst(name.count + 2))))
    }
  }

  private static func onOneLine(_ part: String) -> String {
    var part = part
    let isClean = part.withUTF8 { utf8 in utf8.allSatisfy { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") } }
    guard !isClean else { return part }
    return String(decoding: part.utf8.map { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
  }
}
