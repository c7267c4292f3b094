import Glibc
import Synchronization
import Testing
import TidehookCore
import TidehookDelivery

@Suite struct SystemResolverTests {
  @Test func unknownNamesDoNotResolve() async throws {
    let resolver = SystemResolver(threads: 1)
    let failure = await #expect(throws: AttemptFailure.self) { try await resolver.addresses(of: "example.invalid") }
    #expect(failure?.kind == .dns)
    await resolver.shutdown()
  }

  @Test func namesThatHangDoNotStopAKnownOne() async throws {
    let calls = BlockingCalls()
    let resolver = SystemResolver(threads: 4, maxQueued: 100) { calls.call($0) }
    #expect(try await resolver.addresses(of: "good.example") == [BlockingCalls.address])
    let hanging = (0..<50).map { number in Task { try await resolver.addresses(of: "\(number).hang") } }
    await calls.begun(3)
    for _ in 0..<3 { #expect(try await resolver.addresses(of: "good.example") == [BlockingCalls.address]) }
    for task in hanging { task.cancel() }
    for task in hanging { #expect(await task.result.failure?.kind == .dns) }
    #expect(calls.hanging == 3)
    calls.release()
    #expect(try await resolver.addresses(of: "new.example") == [BlockingCalls.address])
    #expect(calls.hanging == 3, "a name that nobody waits for is not looked up")
    await resolver.shutdown()
  }

  @Test func aCancelledTaskWaitsForNothing() async throws {
    let calls = BlockingCalls()
    let resolver = SystemResolver(threads: 1, maxQueued: 100) { calls.call($0) }
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await resolver.addresses(of: "early.hang")
    }
    #expect(await task.result.failure?.message == "host name early.hang was not resolved: nobody waits for it")
    calls.release()
    await resolver.shutdown()
    let late = await #expect(throws: AttemptFailure.self) { try await resolver.addresses(of: "late.example") }
    #expect(late?.message == "names are not resolved any longer: shutting down")
  }
}

/// Calls that answer at once, but for names that end in `.hang`: those block their thread until all are released.
private final class BlockingCalls: Sendable {
  static let address = IPAddress(v4: 0x0808_0808)

  private let count = Atomic(0)
  /// The ends of a pipe; the threads wait until the second one is closed.
  private let pipe: (Int32, Int32)
  private let begins: AsyncStream<Void>
  private let input: AsyncStream<Void>.Continuation

  init() {
    (begins, input) = AsyncStream.makeStream(of: Void.self)
    var ends: [Int32] = [-1, -1]
    precondition(Glibc.pipe(&ends) == 0)
    pipe = (ends[0], ends[1])
  }

  /// How many names hang, or have hung.
  var hanging: Int { count.load(ordering: .sequentiallyConsistent) }

  func call(_ host: String) -> Result<[IPAddress], AttemptFailure> {
    guard host.hasSuffix(".hang") else { return .success([Self.address]) }
    count.add(1, ordering: .sequentiallyConsistent)
    input.yield()
    var end = pollfd(fd: pipe.0, events: Int16(POLLIN), revents: 0)
    poll(&end, 1, -1)
    return .success([Self.address])
  }

  /// Waits until that many hang.
  func begun(_ number: Int) async {
    for _ in 0..<number { _ = await begins.first { _ in true } }
  }

  func release() {
    close(pipe.1)
  }
}

extension Result where Success == [IPAddress] {
  fileprivate var failure: AttemptFailure? { if case .failure(let error) = self { error as? AttemptFailure } else { nil } }
}
