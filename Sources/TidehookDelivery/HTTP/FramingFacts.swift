// Gathers what the headers of an answer say about its body and its connection, then decides (RFC 9112, section 6).

struct FramingFacts {
  private var length: Int?
  private var hasTransferEncoding = false
  private var isChunked = false
  private var saysClose = false
  private var saysKeepAlive = false

  /// Takes note of one header. Most names are told apart by their length alone.
  mutating func note(name: UnsafeRawBufferPointer, value: String) throws(ResponseError) {
    switch name.count {
    case 14 where name.equalsIgnoringCase("content-length"):
      try noteLength(value)
    case 17 where name.equalsIgnoringCase("transfer-encoding"):
      hasTransferEncoding = true
      isChunked = Self.tokens(value).last == "chunked"
    case 10 where name.equalsIgnoringCase("connection"):
      for token in Self.tokens(value) {
        saysClose = saysClose || token == "close"
        saysKeepAlive = saysKeepAlive || token == "keep-alive"
      }
    default:
      break
    }
  }

  func framing(status: Int, method: String) throws(ResponseError) -> BodyFraming {
    if status < 200 || status == 204 || status == 304 || method == "HEAD" { return .none }
    if hasTransferEncoding { return isChunked ? .chunked : .untilClose }
    guard let length else { return .untilClose }
    return length == 0 ? .none : .length(length)
  }

  /// A body with both framings is read as chunked, but nothing after it on that connection can be trusted.
  func keepsAlive(isHTTP11: Bool) -> Bool {
    if saysClose || (hasTransferEncoding && length != nil) { return false }
    return isHTTP11 || saysKeepAlive
  }

  /// Repeated lengths must agree, be it in one header or in several.
  private mutating func noteLength(_ value: String) throws(ResponseError) {
    for token in Self.tokens(value) {
      guard (1...18).contains(token.utf8.count), token.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(token) else {
        throw ResponseError("answer has a content-length that is no number")
      }
      guard length == nil || length == number else { throw ResponseError("answer has contradictory content-lengths") }
      length = number
    }
    guard length != nil else { throw ResponseError("answer has an empty content-length") }
  }

  private static func tokens(_ value: String) -> [String] {
    if value.utf8.allSatisfy({ $0 != UInt8(ascii: ",") }) { return value.isEmpty ? [] : [value.lowercased()] }
    return value.lowercased().split(separator: ",").map { $0.trimming { $0 == " " || $0 == "\t" } }
  }
}

extension UnsafeRawBufferPointer {
  /// Compares ASCII text without regard to case; `lowered` must be in lower case and of the same length.
  func equalsIgnoringCase(_ lowered: StaticString) -> Bool {
    guard count == lowered.utf8CodeUnitCount else { return false }
    return lowered.withUTF8Buffer { expected in
      zip(self, expected).allSatisfy { byte, wanted in ((0x41...0x5a).contains(byte) ? byte | 0x20 : byte) == wanted }
    }
  }
}

extension Substring {
  fileprivate func trimming(_ isTrimmed: (Character) -> Bool) -> String {
    guard let start = firstIndex(where: { !isTrimmed($0) }), let end = lastIndex(where: { !isTrimmed($0) }) else { return "" }
    return String(self[start...end])
  }
}
