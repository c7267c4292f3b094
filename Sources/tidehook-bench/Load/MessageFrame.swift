// Finds where an HTTP/1.1 message ends, with as little work as a message of our own making needs.

import Glibc

/// The extent of one HTTP message whose body is counted by `Content-Length`.
struct MessageFrame {
  /// Bytes of the start line and headers, the empty line included.
  let headLength: Int
  /// Bytes of the body.
  let bodyLength: Int
  /// Both.
  var length: Int { headLength + bodyLength }

  /// Reads the head at the start of `bytes`; `nil` while it is incomplete. The body may still be on its way.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return nil }
    var line = 0
    var body = 0
    while let end = memchr(base + line, 0x0a, bytes.count - line) {
      let next = UnsafeRawPointer(end) - base + 1
      if next - line <= 2 {
        headLength = next
        bodyLength = body
        return
      }
      if let value = Self.contentLength(UnsafeRawBufferPointer(rebasing: bytes[line..<next])) { body = value }
      line = next
    }
    return nil
  }

  /// The status code of an answer, such as 202.
  static func status(_ bytes: UnsafeRawBufferPointer) -> Int {
    bytes[9..<12].reduce(0) { $0 * 10 + Int($1) - 0x30 }
  }

  private static let name = Array("content-length:".utf8)

  private static func contentLength(_ line: UnsafeRawBufferPointer) -> Int? {
    guard line.count > name.count, line[0] | 0x20 == name[0], line[7] == name[7], line[14] == name[14] else { return nil }
    guard (1..<14).allSatisfy({ line[$0] | 0x20 == name[$0] }) else { return nil }
    return line[name.count...].reduce(0) { (0x30...0x39).contains($1) ? $0 * 10 + Int($1) - 0x30 : $0 }
  }
}
