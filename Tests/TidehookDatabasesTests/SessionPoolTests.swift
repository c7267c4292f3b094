import Synchronization
import Testing
import TidehookCore
import TidehookDatabases

@Suite struct SessionPoolTests {
  /// Numbers the sessions that it makes.
  private func makePool(size: Int) -> SessionPool<Int> {
    let count = Counter()
    return SessionPool(size: size) { count.next() }
  }

  private final class Counter: Sendable {
    private let value = Mutex(0)

    func next() -> Int {
      value.withLock { value in
        value += 1
        return value
      }
    }
  }

  @Test func sessionsAreMadeAsTheyAreNeededAndLentAgain() async throws {
    let pool = makePool(size: 2)
    let first = try await pool.borrow()
    pool.giveBack(first)
    let again = try await pool.borrow()
    let second = try await pool.borrow()
    #expect([first, again, second] == [1, 1, 2])
  }

  @Test func whoComesWhenNoneIsFreeGetsTheOneThatIsGivenBack() async throws {
    let pool = makePool(size: 1)
    let session = try await pool.borrow()
    let waiting = Task { try await pool.borrow() }
    pool.giveBack(session)
    let lent = try await waiting.value
    #expect(lent == session)
  }

  @Test func whoIsCancelledWaitsNoLongerAndTakesNothing() async throws {
    let pool = makePool(size: 1)
    let session = try await pool.borrow()
    let waiting = Task { try await pool.borrow() }
    waiting.cancel()
    let result = await waiting.result
    #expect(throws: AttemptFailure.self) { try result.get() }
    pool.giveBack(session)
    let next = try await pool.borrow()
    #expect(next == session)
  }

  @Test func whatIsIdleCanBeTakenOutAndLeavesRoom() async throws {
    let pool = makePool(size: 2)
    let (first, second) = (try await pool.borrow(), try await pool.borrow())
    pool.giveBack(first)
    #expect(!pool.removeIdle { $0 == first })
    let third = try await pool.borrow()
    #expect(third == 3)
    pool.giveBack(second)
    pool.giveBack(third)
    #expect(pool.removeIdle { _ in true })
  }
}
