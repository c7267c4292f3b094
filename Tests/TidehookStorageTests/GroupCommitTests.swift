// Many writes share a commit, none is answered before it, and one that fails harms no other.

import Testing
import TidehookCore
import TidehookStorage
import TidehookTesting

@Suite struct GroupCommitTests {
  private let fixture = StoreFixture()
  private let samples = StoreSamples()

  @Test func writesThatWaitShareACommit() async throws {
    let store = try fixture.open(durability: .full)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<64 {
        group.addTask { for _ in 0..<50 { _ = try await store.append([samples.event()]) } }
      }
      try await group.waitForAll()
    }
    #expect(store.writer.counts.jobs == 3200)
    #expect(store.writer.counts.commits < 1600)
  }

  @Test func aCommitThatFailsAnswersNobodyWithSuccess() async throws {
    let faults = Faults()
    let store = try fixture.open(faults)
    let events = (0..<20).map { _ in samples.event() }
    faults.failCommits(SQLFailure(.other, "no"))
    let codes = await withTaskGroup(of: StoreError.Code?.self) { group in
      for event in events {
        group.addTask {
          do throws(StoreError) {
            _ = try await store.append([event])
            return nil
          } catch {
            return error.code
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(codes == events.map { _ in .failed })
    faults.failCommits(nil)
    #expect(try await store.append(events) == events.map { _ in .stored })
  }

  @Test func onlyTheWriteToBlameFails() async throws {
    let store = try fixture.open()
    let webhook = try samples.webhook()
    let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
      for index in 0..<200 {
        group.addTask {
          guard index.isMultiple(of: 10) else { return try await store.append([samples.event()]) == [.stored] }
          do throws(StoreError) {
            try await store.insert(webhook)
            return true
          } catch {
            return false
          }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.filter { $0 }.count == 181)
  }

  @Test func aClosedStoreTakesNoMore() async throws {
    let store = try fixture.open()
    try await store.close()
    await #expect { _ = try await store.append([samples.event()]) } throws: { ($0 as? StoreError)?.code == .closed }
    await #expect(throws: StoreError.self) { try await store.checkHealth() }
  }

  @Test func newWorkIsRefusedWhileTooMuchWaitsAndResultsAreNot() async throws {
    let faults = Faults()
    let store = try fixture.open(faults)
    let event = try await seedLeased(store)
    let letGo = faults.holdWriter()
    let data = "{\"x\":\"" + String(repeating: "x", count: 1 << 20) + "\"}"
    try await withThrowingTaskGroup(of: StoreError.Code?.self) { group in
      for _ in 0..<90 {
        group.addTask { [samples] in
          do throws(StoreError) {
            _ = try await store.append([samples.event(data: data)])
            return nil
          } catch {
            return error.code
          }
        }
      }
      // The writer stands still: only a refusal can be an answer.
      #expect(try await group.next() == .busy)
      group.addTask { [samples] in
        try await store.record(samples.result(event.deliveries[0].id))
        return nil
      }
      letGo()
      let rest = try await group.reduce(into: [StoreError.Code?]()) { $0.append($1) }
      #expect(rest.filter { $0 == nil }.count >= 60)
      #expect(rest.allSatisfy { $0 == nil || $0 == .busy })
    }
    #expect(try await store.append([samples.event(data: data)]) == [.stored])
  }

  @Test func anotherProcessInTheWayIsNoFullDisk() async throws {
    let faults = Faults()
    let store = try fixture.open(faults)
    let event = try await seedLeased(store)
    faults.failCommits(SQLFailure(.busy, "database is locked"))
    await #expect { _ = try await store.append([samples.event()]) } throws: { ($0 as? StoreError)?.code == .busy }
    let recorded = Task { [samples] in try await store.record(samples.result(event.deliveries[0].id)) }
    await #expect { try await store.checkHealth() } throws: { ($0 as? StoreError)?.code == .busy }
    faults.failCommits(nil)
    // At once: nothing is refused without a try, as it is after a full disk.
    #expect(try await store.append([samples.event()]) == [.stored])
    try await recorded.value
    #expect(
      fixture.logs.lines == [
        "error: another process holds the database: events are refused, results wait",
        "notice: no other process holds the database any more",
      ])
  }

  private func seedLeased(_ store: SQLStore) async throws -> NewEvent {
    let webhook = try samples.webhook()
    try await store.insert(webhook)
    let event = samples.event(for: [webhook.id], isLeased: true)
    _ = try await store.append([event])
    return event
  }
}
