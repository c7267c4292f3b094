// Forms as bytes: what is signed need not be UTF-8.

/// The parameters of a body of type `application/x-www-form-urlencoded`, decoded.
struct FormBody {
  /// A parameter.
  struct Parameter: Hashable {
    /// The name's bytes.
    let name: [UInt8]
    /// The value's bytes.
    let value: [UInt8]
  }

  /// The parameters in the order of the body.
  let parameters: [Parameter]

  /// Reads a body; a `%` that starts no escape stands for itself, as in the URL standard of the WHATWG.
  init(_ body: [UInt8]) {
    parameters = body.split(separator: UInt8(ascii: "&")).map { pair in
      let mark = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
      return Parameter(name: Self.decode(pair[..<mark]), value: Self.decode(pair[mark...].dropFirst()))
    }
  }

  private static func decode(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var index = text.startIndex
    while index < text.endIndex {
      let byte = text[index]
      if byte == UInt8(ascii: "%"), let escaped = escape(text[index...].dropFirst().prefix(2)) {
        bytes.append(escaped)
        index += 3
      } else {
        bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
        index += 1
      }
    }
    return bytes
  }

  private static func escape(_ digits: ArraySlice<UInt8>) -> UInt8? {
    guard digits.count == 2 else { return nil }
    return Hex.decode(String(decoding: digits, as: UTF8.self))?.first
  }
}
