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
  private let failures = Atomic<Int>(0)
  private let isClosing = Atomic<Bool>(false)

  /// Opens the tail and asks for the overview; returns when the tail is live.
  init(port: UInt16, key: String) throws {
    client = ControlClient(port: port, key: key)
    tail = try Self.liveTail(port: port, key: key)
    DispatchQueue.global().async(group: threads) { self.follow() }
    DispatchQueue.global().async(group: threads) { self.poll() }
  }

  /// Opens a tail, which must be taken and live: one that is refused would cost nothing.
  private static func liveTail(port: UInt16, key: String) throws -> Socket {
    let tail = try Socket.connected(port: port, isBlocking: true)
    do {
      let request = "GET /v1/events/stream HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nAuthorization: Bearer \(key)\r\n\r\n"
      guard case .moved(request.utf8.count) = Array(request.utf8).withUnsafeBytes(tail.send) else {
        throw BenchError("opening the tail failed")
      }
      var said = ""
      var chunk: [UInt8] = Array(repeating: 0, count: 4096)
      while !said.contains("event: ready") {
        guard said.isEmpty || said.hasPrefix("HTTP/1.1 200 "), case .moved(let count) = chunk.withUnsafeMutableBytes(tail.receive) else {
          throw BenchError("the tail is not live: \(said.prefix { !$0.isNewline })")
        }
        said += String(decoding: chunk[..<count], as: UTF8.self)
      }
      return tail
    } catch {
      tail.close()
      throw error
    }
  }

  /// Closes it; returns how many bytes the tail has said.
  /// - Throws: when the tail broke off, or an overview was not answered.
  func close() throws -> Int {
    isClosing.store(true, ordering: .relaxed)
    shutdown(tail.descriptor, Int32(SHUT_RDWR))
    closing.signal()
    threads.wait()
    tail.close()
    let failed = failures.load(ordering: .relaxed)
    guard failed == 0 else { throw BenchError("the open console failed \(failed) times") }
    return bytes.load(ordering: .relaxed)
  }

  private func follow() {
    var chunk: [UInt8] = Array(repeating: 0, count: 65_536)
    while case .moved(let count) = chunk.withUnsafeMutableBytes(tail.receive) { bytes.add(count, ordering: .relaxed) }
    if !isClosing.load(ordering: .relaxed) { failures.add(1, ordering: .relaxed) }
  }

  private func poll() {
    repeat {
      if (try? client.call("GET", "/v1/overview"))?.status != 200 { failures.add(1, ordering: .relaxed) }
    } while closing.wait(timeout: .now() + Self.pollSeconds) == .timedOut
  }
}
