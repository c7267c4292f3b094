// What a browser with an open console asks of a gateway: the live tail, and the overview every ten seconds.

import Dispatch
import Glibc
import Synchronization

/// An open console. It reads on threads of its own, so that the load does not wait for it.
final class OpenConsole: Sendable {
  /// How often the console's first page asks, in seconds.
  private static let pollSeconds = 10.0

  private let tail: Socket
  private let client: ControlClient
  private let closing = DispatchSemaphore(value: 0)
  private let threads = DispatchGroup()
  private let bytes = Atomic<Int>(0)

  /// Opens the tail and asks for the overview.
  init(port: UInt16, key: String) throws {
    client = ControlClient(port: port, key: key)
    tail = try Socket.connected(port: port, isBlocking: true)
    let request = "GET /v1/events/stream HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nAuthorization: Bearer \(key)\r\n\r\n"
    guard case .moved(request.utf8.count) = Array(request.utf8).withUnsafeBytes(tail.send) else {
      throw BenchError("opening the tail failed")
    }
    DispatchQueue.global().async(group: threads) { self.follow() }
    DispatchQueue.global().async(group: threads) { self.poll() }
  }

  /// Closes it; returns how many bytes the tail has said.
  func close() -> Int {
    shutdown(tail.descriptor, Int32(SHUT_RDWR))
    closing.signal()
    threads.wait()
    tail.close()
    return bytes.load(ordering: .relaxed)
  }

  private func follow() {
    var chunk: [UInt8] = Array(repeating: 0, count: 65_536)
    while case .moved(let count) = chunk.withUnsafeMutableBytes(tail.receive) { bytes.add(count, ordering: .relaxed) }
  }

  private func poll() {
    repeat {
      _ = try? client.call("GET", "/v1/overview")
    } while closing.wait(timeout: .now() + Self.pollSeconds) == .timedOut
  }
}
