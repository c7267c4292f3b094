// The few calls that set a benchmark up: one connection for each, waiting for its answer.

import Glibc

/// Calls the gateway's API.
struct ControlClient {
  let port: UInt16
  let key: String

  /// Sends one request and returns status and body of the answer.
  func call(_ method: String, _ path: String, body: String = "") throws -> (status: Int, body: String) {
    let socket = try Socket.connected(port: port, isBlocking: true)
    defer { socket.close() }
    var limit = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(socket.descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    let request =
      "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nAuthorization: Bearer \(key)\r\nConnection: close\r\n"
      + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    guard case .moved(request.utf8.count) = Array(request.utf8).withUnsafeBytes(socket.send) else {
      throw BenchError("sending \(method) \(path) failed")
    }
    return try answer(of: socket, "\(method) \(path)")
  }

  private func answer(of socket: Socket, _ call: String) throws -> (status: Int, body: String) {
    var bytes: [UInt8] = []
    var chunk: [UInt8] = Array(repeating: 0, count: 16_384)
    while bytes.count < 1 << 20 {
      if let answer = bytes.withUnsafeBytes(Self.parse) { return answer }
      guard case .moved(let count) = chunk.withUnsafeMutableBytes(socket.receive) else { break }
      bytes += chunk[..<count]
    }
    throw BenchError("\(call) got no complete answer")
  }

  private static func parse(_ bytes: UnsafeRawBufferPointer) -> (status: Int, body: String)? {
    guard let frame = MessageFrame(bytes), frame.length <= bytes.count else { return nil }
    return (MessageFrame.status(bytes), String(decoding: bytes[frame.headLength..<frame.length], as: UTF8.self))
  }
}
