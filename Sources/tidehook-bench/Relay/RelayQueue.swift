// The floor's whole delivery engine: bodies wait in memory, and so many workers as may be in flight send them. They run on Swift's shared pool:
// on event loops, where the product's deliveries run, they send no more.

import NIOCore
import Synchronization
import TidehookCore

/// Relays bodies to one destination.
final class RelayQueue: Sendable {
  private struct State {
    var waiting: CircularBuffer<[UInt8]> = CircularBuffer(initialCapacity: 8192)
    var workers = 0
  }

  private let state = Mutex(State())
  private let client: any DeliveryClient
  private let destination: DestinationURL
  private let inFlight: Int

  /// Makes a queue; workers run only while there is work.
  init(client: any DeliveryClient, destination: DestinationURL, inFlight: Int) {
    self.client = client
    self.destination = destination
    self.inFlight = inFlight
  }

  /// Sends a body as soon as a worker is free.
  func enqueue(_ body: [UInt8]) {
    let needsWorker = state.withLock { state in
      guard state.workers < inFlight else {
        state.waiting.append(body)
        return false
      }
      state.workers += 1
      return true
    }
    if needsWorker { Task { await work(body) } }
  }

  private func work(_ first: [UInt8]) async {
    var next: [UInt8]? = first
    while let body = next {
      _ = await client.send(SignedRequest(url: destination, headers: Self.headers, body: body))
      next = state.withLock { state in
        if let body = state.waiting.popFirst() { return body }
        state.workers -= 1
        return nil
      }
    }
  }

  private static let headers = [HeaderField("Content-Type", "application/json"), HeaderField("User-Agent", "Tidehook-Relay")]
}
