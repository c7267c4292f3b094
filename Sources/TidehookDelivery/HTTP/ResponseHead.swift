// The head of an answer, read from its bytes: status, headers, and how the body ends.

package import TidehookCore

/// Why the bytes of an answer are not an answer.
package struct ResponseError: Error, Sendable, Equatable {
  package let message: String
  /// Whether it is too large, rather than wrong.
  package let isOversized: Bool

  init(_ message: String, isOversized: Bool = false) {
    self.message = message
    self.isOversized = isOversized
  }
}

/// How the end of a body is found (RFC 9112, section 6.3).
package enum BodyFraming: Sendable, Equatable {
  case none
  case length(Int)
  case chunked
  case untilClose
}

/// Status line and headers of one answer, which may be an informational one.
package struct ResponseHead: Sendable, Equatable {
  package let status: Int
  package let headers: [HeaderField]
  package let framing: BodyFraming
  /// Whether the receiver keeps the connection open after this answer.
  package let keepsAlive: Bool

  /// Reads a head: lines that end in LF or CR LF, the empty line included.
  ///
  /// Folded lines, control characters and contradictory framing are errors: guessing would misread the next answer.
  package init(reading bytes: UnsafeRawBufferPointer, method: String, maxHeaders: Int) throws(ResponseError) {
    var lines = HeadLines(bytes)
    let (isHTTP11, status) = try Self.readStatusLine(lines.next() ?? bytes)
    var headers: [HeaderField] = []
    headers.reserveCapacity(8)
    var facts = FramingFacts()
    while let line = lines.next(), !line.isEmpty {
      guard headers.count < maxHeaders else { throw ResponseError("answer has more than \(maxHeaders) headers", isOversized: true) }
      headers.append(try Self.readHeader(line, into: &facts))
    }
    self.status = status
    self.headers = headers
    framing = try facts.framing(status: status, method: method)
    keepsAlive = facts.keepsAlive(isHTTP11: isHTTP11) && framing != .untilClose
  }

  /// `HTTP/1.1 200 OK`; the reason may be missing.
  private static func readStatusLine(_ line: UnsafeRawBufferPointer) throws(ResponseError) -> (isHTTP11: Bool, status: Int) {
    guard line.count >= 12, line[8] == UInt8(ascii: " "), line.count == 12 || line[12] == UInt8(ascii: " ") else {
      throw ResponseError("answer does not start with an HTTP/1.1 status line")
    }
    let isHTTP11 = line.prefix(8).elementsEqual("HTTP/1.1".utf8)
    guard isHTTP11 || line.prefix(8).elementsEqual("HTTP/1.0".utf8) else {
      throw ResponseError("answer does not start with an HTTP/1.1 status line")
    }
    var status = 0
    for byte in line[9..<12] {
      guard (0x30...0x39).contains(byte) else { throw ResponseError("answer has no numeric status") }
      status = status * 10 + Int(byte - 0x30)
    }
    guard (100...599).contains(status) else { throw ResponseError("answer has status \(status), expected 100...599") }
    return (isHTTP11, status)
  }

  private static func readHeader(_ line: UnsafeRawBufferPointer, into facts: inout FramingFacts) throws(ResponseError) -> HeaderField {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else {
      throw ResponseError("answer has a header line without a name")
    }
    let name = UnsafeRawBufferPointer(rebasing: line[..<colon])
    guard name.allSatisfy(isTokenByte) else { throw ResponseError("answer has a header name with forbidden characters") }
    let value = trimmed(line[(colon + 1)...])
    guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
      throw ResponseError("answer has a header value with control characters")
    }
    let field = HeaderField(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
    try facts.note(name: name, value: field.value)
    return field
  }

  private static func trimmed(_ slice: Slice<UnsafeRawBufferPointer>) -> UnsafeRawBufferPointer {
    var slice = slice
    while let first = slice.first, first == 0x20 || first == 0x09 { slice = slice.dropFirst() }
    while let last = slice.last, last == 0x20 || last == 0x09 { slice = slice.dropLast() }
    return UnsafeRawBufferPointer(rebasing: slice)
  }

  /// `tchar` of RFC 9110, section 5.6.2.
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x5e...0x7a, 0x7c, 0x7e, 0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d, 0x2e: true
    default: false
    }
  }
}

/// The lines of a head, without their ends.
private struct HeadLines: IteratorProtocol {
  private var rest: Slice<UnsafeRawBufferPointer>

  init(_ bytes: UnsafeRawBufferPointer) {
    rest = bytes[...]
  }

  mutating func next() -> UnsafeRawBufferPointer? {
    guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    var line = rest[..<end]
    rest = rest[(end + 1)...]
    if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
    return UnsafeRawBufferPointer(rebasing: line)
  }
}
