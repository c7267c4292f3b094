// How searches over several lists end: nothing is missing between lists that were cut, and what was left out is told.

import Testing
import TidehookCore
import TidehookStorage
import TidehookTesting

@Suite struct ScanFrontTests {
  @Test(arguments: 1...200 as ClosedRange<UInt64>, [ListOrder.newest, .oldest])
  func aPageOfManyListsHasTheFirstOfAll(seed: UInt64, order: ListOrder) {
    var random = SeededRandom(seed: seed)
    let limit = 1 + Int(random.next() % 5)
    let comesFirst: (Int64, Int64) -> Bool = { order == .newest ? $0 > $1 : $0 < $1 }
    let lists = (0..<4).map { _ in Set((0..<random.next() % 12).map { _ in Int64(random.next() % 1000) }).sorted(by: comesFirst) }
    var front = ScanFront(order: order, limit: limit)
    var scans: [DeliveryScan] = []
    for list in lists {
      // As a search reads a list: no further than the front, and no more than tells that there is another page.
      let read = list.filter { key in front.last.map { key == $0 || comesFirst(key, $0) } ?? true }
      var scan = DeliveryScan()
      scan.matches = Array(read.prefix(limit + 1))
      scan.last = scan.matches.last
      scan.isAtEnd = read.count <= limit
      front.add(scan.matches)
      scans.append(scan)
    }
    let all = lists.flatMap(\.self).sorted(by: comesFirst)
    let page = DeliveryScan.page(of: scans, order: order, limit: limit)
    #expect(page.keys == Array(all.prefix(limit)))
    #expect((page.position != nil) == (all.count > limit), "whether there may be more")
  }

  @Test func aSearchForCausesSaysWhenItWasCut() async throws {
    let (fixture, samples) = (StoreFixture(), StoreSamples())
    let store = try fixture.open()
    var webhooks: [Int64] = []
    for _ in 0..<5 {
      let webhook = try samples.webhook()
      try await store.insert(webhook)
      let event = samples.event(for: [webhook.id], isLeased: true)
      _ = try await store.append([event])
      try await store.record(samples.result(event.deliveries[0].id, .dead, status: 500))
      webhooks.append(webhook.id.value.key)
    }
    try await store.close()
    let database = try SQLiteDatabase(path: fixture.folder + "/tidehook.db", durability: .normal)
    defer { try? database.close() }
    try database.withWriter { connection in
      for (limit, steps, found, isCut) in [(9, 4000, 5, false), (5, 4000, 5, true), (3, 4000, 3, true), (9, 4, 2, true), (9, 1, 0, true)] {
        var search = CauseSearch(webhooks, upTo: limit, steps: steps, connection)
        try search.add(.dead, failure: nil)
        #expect(search.found.count == found && search.isCut == isCut, "\(limit), \(steps): \(search.found.count), \(search.isCut)")
        #expect(Set(search.found.map(\.webhook)).isSubset(of: webhooks))
      }
    }
  }
}
