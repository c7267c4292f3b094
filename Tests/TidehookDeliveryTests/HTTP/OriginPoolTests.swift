import Testing
import TidehookDelivery

@Suite struct OriginPoolTests {
  private typealias Pool = OriginPool<Int, String>

  @Test func theConnectionThatWasUsedLastIsUsedFirst() {
    var pool = Pool(maxConnections: 3, maxIdle: 3)
    for _ in 0..<3 { #expect(pool.start("a") == .connect) }
    for connection in 1...3 { #expect(pool.finished(connection) == .park) }
    #expect(pool.idle == [1, 2, 3])
    #expect(pool.start("a") == .use(3))
    #expect(pool.start("a") == .use(2))
  }

  @Test func requestsWaitInOrderWhenAllConnectionsAreBusy() {
    var pool = Pool(maxConnections: 1, maxIdle: 1)
    #expect(pool.start("a") == .connect)
    #expect(pool.start("b") == .wait)
    #expect(pool.start("c") == .wait)
    #expect(pool.finished(1) == .serve("b"))
    #expect(pool.lost() == "c")
    #expect(pool.lost() == nil)
    #expect(pool.isEmpty)
  }

  @Test func aRequestThatGaveUpIsSkipped() {
    var pool = Pool(maxConnections: 1, maxIdle: 1)
    #expect(pool.start("a") == .connect)
    #expect(pool.start("b") == .wait)
    pool.removeWaiting("b")
    #expect(pool.finished(1) == .park)
  }

  @Test func connectionsBeyondTheIdleLimitAreClosed() {
    var pool = Pool(maxConnections: 2, maxIdle: 1)
    #expect(pool.start("a") == .connect)
    #expect(pool.start("b") == .connect)
    #expect(pool.finished(1) == .park)
    #expect(pool.finished(2) == .close)
    #expect(pool.start("c") == .use(1))
    #expect(pool.finished(1, mayPark: false) == .close)
    #expect(pool.isEmpty)
  }

  @Test func onlyIdleConnectionsCanBeTakenOut() {
    var pool = Pool(maxConnections: 2, maxIdle: 2)
    #expect(pool.start("a") == .connect)
    let wasBusy = pool.removeIdle(1)
    #expect(!wasBusy)
    #expect(pool.finished(1) == .park)
    let wasIdle = pool.removeIdle(1)
    #expect(wasIdle)
    #expect(pool.isEmpty)
  }
}
