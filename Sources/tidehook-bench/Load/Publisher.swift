// One keep-alive connection that publishes: at most one request is under way.

import Glibc

/// A publishing connection with its own copy of the request's bytes.
final class Publisher {
  private static let answerCapacity = 16_384
  private let socket: Socket
  private let places: [Int]
  private let request: UnsafeMutableRawBufferPointer
  private let answer = UnsafeMutableRawBufferPointer.allocate(byteCount: Publisher.answerCapacity, alignment: 8)
  private var written = 0
  private var filled = 0

  /// Connects to a gateway.
  init(port: UInt16, template: EventTemplate) throws {
    socket = try Socket.connected(port: port, isBlocking: false)
    places = template.places
    request = .allocate(byteCount: template.bytes.count, alignment: 8)
    request.copyBytes(from: template.bytes)
  }

  deinit {
    socket.close()
    request.deallocate()
    answer.deallocate()
  }

  /// Events in one request.
  var eventCount: Int { places.count }

  /// The descriptor to watch.
  var descriptor: Int32 { socket.descriptor }

  /// Starts a request whose events have consecutive sequence numbers.
  /// - Returns: whether all of it was written; otherwise call ``write()`` when there is room.
  func start(firstSequence: Int) throws -> Bool {
    guard let base = request.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return true }
    for (index, place) in places.enumerated() { SequenceMark.write(firstSequence + index, at: base + place) }
    (written, filled) = (0, 0)
    return try write()
  }

  /// Writes what is left and fits.
  /// - Returns: whether nothing is left.
  func write() throws -> Bool {
    while written < request.count {
      switch socket.send(UnsafeRawBufferPointer(rebasing: request[written...])) {
      case .moved(let count): written += count
      case .blocked: return false
      case .closed: throw BenchError("the gateway closed a publishing connection")
      }
    }
    return true
  }

  /// Whether a part of the request was not written yet.
  var hasMoreToWrite: Bool { written < request.count }

  /// Reads what came of the answer.
  /// - Returns: whether it is complete; an answer other than 2xx is an error.
  func readAnswer() throws -> Bool {
    switch socket.receive(into: UnsafeMutableRawBufferPointer(rebasing: answer[filled...])) {
    case .moved(let count): filled += count
    case .blocked: return false
    case .closed: throw BenchError("the gateway closed a publishing connection")
    }
    let bytes = UnsafeRawBufferPointer(rebasing: answer[..<filled])
    guard let frame = MessageFrame(bytes), frame.length <= filled else {
      guard filled < answer.count else { throw BenchError("the gateway's answer to a publish is longer than \(filled) bytes") }
      return false
    }
    let status = MessageFrame.status(bytes)
    guard status / 100 == 2 else {
      let body = String(decoding: bytes[frame.headLength..<frame.length].prefix(500), as: UTF8.self)
      throw BenchError("publishing was answered \(status): \(body)")
    }
    return true
  }
}
