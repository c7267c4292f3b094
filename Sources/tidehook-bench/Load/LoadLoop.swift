// The thread that publishes and receives: one loop over all sockets, so that measuring takes little of what is measured.

import Glibc

/// Generator and receiver on one thread.
final class LoadLoop {
  /// How long deliveries may still arrive after the window, in seconds.
  private static let drainSeconds = 20.0

  private let poller: Poller
  private let journal = Journal()
  private var listeners: [Socket] = []
  private var receivers: [ReceiverConnection?] = Array(repeating: nil, count: 65_536)
  private var publishers: [Publisher] = []
  private var free: [Int] = []

  init() throws {
    poller = try Poller()
  }

  deinit {
    listeners.forEach { $0.close() }
  }

  /// Opens one more receiver.
  /// - Returns: its port.
  func addReceiver() throws -> UInt16 {
    let socket = try Socket.listening()
    try poller.add(socket.descriptor, token: Token.listener(listeners.count).raw)
    listeners.append(socket)
    return socket.port
  }

  /// Runs one phase against the gateway on `port`.
  /// - Parameter gatewayCPU: reads the CPU time of the gateway's process, in seconds.
  func run(_ plan: LoadPlan, port: UInt16, key: String, gatewayCPU: () throws -> Double) throws -> LoadResult {
    let template = EventTemplate(shape: plan.shape, batchSize: plan.batchSize, port: port, key: key)
    try connect(count: plan.connections, port: port, template: template)
    defer { disconnect() }
    journal.beginPhase(copies: plan.copies)
    var schedule = Schedule(plan, eventsPerRequest: template.eventCount, start: Monotonic.now)
    try turn(until: schedule.warmEnd, publishing: &schedule)
    let before = try Snapshot(journal, gatewayCPU: gatewayCPU())
    journal.windowStart = before.time
    try turn(until: schedule.end, publishing: &schedule)
    let after = try Snapshot(journal, gatewayCPU: gatewayCPU())
    journal.windowEnd = after.time
    try drain()
    return after.result(since: before, journal)
  }

  /// Does nothing but receive.
  func idle(seconds: Double) throws {
    let limit = Monotonic.now + seconds.nanoseconds
    while Monotonic.now < limit { try handleEvents(waiting: limit - min(limit, Monotonic.now)) }
  }

  private func connect(count: Int, port: UInt16, template: EventTemplate) throws {
    for index in 0..<count {
      let publisher = try Publisher(port: port, template: template)
      publishers.append(publisher)
      try poller.add(publisher.descriptor, token: Token.publisher(index).raw)
    }
    free = Array(publishers.indices)
  }

  private func disconnect() {
    publishers = []
    free = []
  }

  private func turn(until end: UInt64, publishing schedule: inout Schedule) throws {
    var now = Monotonic.now
    while now < end, !(schedule.isExhausted(journal) && free.count == publishers.count) {
      try publish(&schedule, now: now)
      let next = free.isEmpty ? end : min(end, schedule.nextTime(after: now) ?? end)
      try handleEvents(waiting: next - min(next, now))
      now = Monotonic.now
    }
  }

  private func drain() throws {
    let limit = Monotonic.now + Self.drainSeconds.nanoseconds
    while journal.outstandingCount > 0 || free.count < publishers.count, Monotonic.now < limit {
      try handleEvents(waiting: 50_000_000)
    }
  }

  private func publish(_ schedule: inout Schedule, now: UInt64) throws {
    while let index = free.last, let time = schedule.take(now: now, journal) {
      free.removeLast()
      let first = journal.publish(schedule.eventsPerRequest, scheduledAt: time)
      if try !publishers[index].start(firstSequence: first) { try watchForRoom(index, true) }
    }
  }

  private func handleEvents(waiting nanoseconds: UInt64) throws {
    try Interrupt.check()
    let count = poller.wait(nanoseconds: min(nanoseconds, 100_000_000))
    for index in 0..<count {
      switch Token(raw: poller.token(at: index)) {
      case .listener(let listener): try acceptConnections(of: listener)
      case .receiver(let descriptor): try receive(descriptor)
      case .publisher(let publisher): try continuePublishing(publisher)
      }
    }
  }

  private func acceptConnections(of listener: Int) throws {
    while let socket = listeners[listener].accepted() {
      receivers[Int(socket.descriptor)] = ReceiverConnection(socket)
      try poller.add(socket.descriptor, token: Token.receiver(Int(socket.descriptor)).raw)
    }
  }

  private func receive(_ descriptor: Int) throws {
    guard let receiver = receivers[descriptor] else { return }
    if try !receiver.handleInput(journal) { receivers[descriptor] = nil }
  }

  private func continuePublishing(_ index: Int) throws {
    let publisher = publishers[index]
    if publisher.hasMoreToWrite {
      if try publisher.write() { try watchForRoom(index, false) }
    } else if try publisher.readAnswer() {
      journal.accept(publisher.eventCount)
      free.append(index)
    }
  }

  private func watchForRoom(_ index: Int, _ wantsToWrite: Bool) throws {
    try poller.change(publishers[index].descriptor, token: Token.publisher(index).raw, wantsToWrite: wantsToWrite)
  }
}

/// Which socket is ready.
private enum Token {
  case listener(Int)
  case receiver(Int)
  case publisher(Int)

  init(raw: UInt64) {
    let index = Int(raw & 0xffff_ffff)
    switch raw >> 32 {
    case 0: self = .listener(index)
    case 1: self = .receiver(index)
    default: self = .publisher(index)
    }
  }

  var raw: UInt64 {
    switch self {
    case .listener(let index): UInt64(index)
    case .receiver(let index): 1 << 32 | UInt64(index)
    case .publisher(let index): 2 << 32 | UInt64(index)
    }
  }
}
