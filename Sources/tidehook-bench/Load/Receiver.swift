// Receives deliveries: reads just enough of each request to know which one it is, and answers 200.

import Glibc

/// One connection of a receiver.
final class ReceiverConnection {
  private static let capacity = 16_384
  private static let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)
  private let socket: Socket
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: ReceiverConnection.capacity, alignment: 8)
  private var filled = 0

  /// Takes over an accepted connection.
  init(_ socket: Socket) {
    self.socket = socket
  }

  deinit {
    socket.close()
    buffer.deallocate()
  }

  /// Reads what came, notes each complete request in the journal and answers it.
  /// - Returns: whether the connection goes on.
  func handleInput(_ journal: Journal) throws -> Bool {
    switch socket.receive(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])) {
    case .moved(let count): filled += count
    case .blocked: return true
    case .closed: return false
    }
    while let frame = MessageFrame(UnsafeRawBufferPointer(rebasing: buffer[..<filled])), frame.length <= filled {
      if let sequence = sequence(in: buffer[frame.headLength..<frame.length]) { journal.receive(sequence, at: Monotonic.now) }
      consume(frame.length)
      guard case .moved = Self.answer.withUnsafeBytes(socket.send) else { return false }
    }
    guard filled < buffer.count else { throw BenchError("a delivery is longer than \(filled) bytes") }
    return true
  }

  private func sequence(in body: Slice<UnsafeMutableRawBufferPointer>) -> Int? {
    guard let base = UnsafeMutableRawBufferPointer(rebasing: body).baseAddress,
      let sign = memchr(base, Int32(SequenceMark.sign), body.count),
      sign - base + 1 + SequenceMark.digits <= body.count
    else { return nil }
    return SequenceMark.read((sign + 1).assumingMemoryBound(to: UInt8.self))
  }

  private func consume(_ length: Int) {
    filled -= length
    guard filled > 0, let base = buffer.baseAddress else { return }
    memmove(base, base + length, filled)
  }
}
