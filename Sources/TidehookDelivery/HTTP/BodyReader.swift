// Collects the body of an answer up to a cap, by whatever framing it has.

import NIOCore

struct BodyReader {
  private enum Framing {
    case none
    case length(left: Int, of: Int)
    case chunked(ChunkedBody)
    case untilClose
  }

  private var framing: Framing
  private let keptBytes: Int
  private(set) var kept: [UInt8] = []
  private(set) var isTruncated = false

  init(_ framing: BodyFraming, keptBytes: Int, maxOverhead: Int) {
    self.keptBytes = keptBytes
    switch framing {
    case .none: self.framing = .none
    case .length(let length): self.framing = .length(left: length, of: length)
    case .chunked: self.framing = .chunked(ChunkedBody(maxOverhead: maxOverhead))
    case .untilClose: self.framing = .untilClose
    }
  }

  /// How many bytes of the body have come.
  var received: Int { kept.count }

  /// What was promised, for messages.
  var expectation: String {
    if case .length(_, let total) = framing { " of \(total)" } else { "" }
  }

  /// Takes bytes; `true` when the body is complete. Stops at the cap.
  mutating func read(_ bytes: inout ByteBuffer) throws(ResponseError) -> Bool {
    switch framing {
    case .none:
      return true
    case .length(let left, let total):
      guard let data = bytes.readSlice(length: min(left, bytes.readableBytes)) else { return false }
      framing = .length(left: left - data.readableBytes, of: total)
      keep(data)
      let isWhole = left == data.readableBytes
      isTruncated = isTruncated || (!isWhole && kept.count == keptBytes)
      return isWhole
    case .untilClose:
      keep(bytes)
      bytes.moveReaderIndex(to: bytes.writerIndex)
      return false
    case .chunked(var chunks):
      defer { framing = .chunked(chunks) }
      while !isTruncated {
        switch try chunks.read(&bytes) {
        case .needsMore: return false
        case .finished: return true
        case .data(let data): keep(data)
        }
      }
      return false
    }
  }

  private mutating func keep(_ data: ByteBuffer) {
    let room = keptBytes - kept.count
    kept.append(contentsOf: data.readableBytesView.prefix(room))
    isTruncated = isTruncated || data.readableBytes > room
  }
}
