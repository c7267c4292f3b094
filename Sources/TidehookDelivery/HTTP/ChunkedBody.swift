// Takes the chunk framing off a body (RFC 9112, section 7.1). Extensions and trailers are skipped.

import NIOCore

struct ChunkedBody {
  enum Progress {
    case needsMore
    case data(ByteBuffer)
    case finished
  }

  private enum State {
    case size(value: Int, digits: Int)
    case sizeExtension(value: Int)
    case data(left: Int)
    case dataEnd(isAfterCR: Bool)
    case trailer(isLineEmpty: Bool)
  }

  private var state = State.size(value: 0, digits: 0)
  /// Bytes of extensions and trailers that may still come.
  private var overhead: Int

  init(maxOverhead: Int) {
    overhead = maxOverhead
  }

  /// Takes bytes off the front until there is data, the end, or nothing left.
  mutating func read(_ bytes: inout ByteBuffer) throws(ResponseError) -> Progress {
    while true {
      if case .data(let left) = state {
        guard let data = bytes.readSlice(length: min(left, bytes.readableBytes)), data.readableBytes > 0 else { return .needsMore }
        state = left == data.readableBytes ? .dataEnd(isAfterCR: false) : .data(left: left - data.readableBytes)
        return .data(data)
      }
      guard let byte = bytes.readInteger(as: UInt8.self) else { return .needsMore }
      if try take(byte) { return .finished }
    }
  }

  /// Takes one byte of framing; `true` when it was the last of the body.
  private mutating func take(_ byte: UInt8) throws(ResponseError) -> Bool {
    switch state {
    case .size(let value, let digits): state = try sizeState(after: byte, value: value, digits: digits)
    case .sizeExtension(let value):
      try countOverhead()
      if byte == UInt8(ascii: "\n") { state = Self.afterSize(value) }
    case .dataEnd(let isAfterCR):
      switch byte {
      case UInt8(ascii: "\n"): state = .size(value: 0, digits: 0)
      case UInt8(ascii: "\r") where !isAfterCR: state = .dataEnd(isAfterCR: true)
      default: throw ResponseError("chunk is longer than it said")
      }
    case .trailer(let isLineEmpty):
      try countOverhead()
      if byte == UInt8(ascii: "\n") {
        if isLineEmpty { return true }
        state = .trailer(isLineEmpty: true)
      } else if byte != UInt8(ascii: "\r") {
        state = .trailer(isLineEmpty: false)
      }
    case .data: break
    }
    return false
  }

  private mutating func sizeState(after byte: UInt8, value: Int, digits: Int) throws(ResponseError) -> State {
    if let digit = Character(UnicodeScalar(byte)).hexDigitValue, byte < 0x80 {
      // 15 digits stay far below Int.max, and no body is that long.
      guard digits < 15 else { throw ResponseError("chunk size is too large") }
      return .size(value: value << 4 | digit, digits: digits + 1)
    }
    guard digits > 0 else { throw ResponseError("chunk size is no hexadecimal number") }
    switch byte {
    case UInt8(ascii: "\n"): return Self.afterSize(value)
    case UInt8(ascii: "\r"), UInt8(ascii: ";"), UInt8(ascii: " "), UInt8(ascii: "\t"): return .sizeExtension(value: value)
    default: throw ResponseError("chunk size is no hexadecimal number")
    }
  }

  private mutating func countOverhead() throws(ResponseError) {
    overhead -= 1
    guard overhead >= 0 else { throw ResponseError("chunk extensions or trailers are too long", isOversized: true) }
  }

  private static func afterSize(_ value: Int) -> State {
    value == 0 ? .trailer(isLineEmpty: true) : .data(left: value)
  }
}
