// All exchanges of one event loop and the single timer that watches over their deadlines.

import NIOCore

/// A timer per request would cost more than the request's own bookkeeping, and nearly none would ever fire. So there is one,
/// set to the earliest deadline that was seen; when it fires, all exchanges are looked at and the next deadline is found.
final class ActiveExchanges {
  /// The shortest time between two looks: many deadlines that lie close together are handled at once.
  private static let granularity = TimeAmount.milliseconds(5)

  private let eventLoop: any EventLoop
  private var exchanges: [PendingExchange] = []
  private var timer: Scheduled<Void>?
  private var timerDeadline = NIODeadline.distantFuture

  /// Told about each exchange whose deadline has passed; it must remove it.
  var onExpiry: (PendingExchange) -> Void = { _ in }

  init(eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
  }

  var isEmpty: Bool { exchanges.isEmpty }

  func add(_ exchange: PendingExchange) {
    exchange.slot = exchanges.count
    exchanges.append(exchange)
    watch(exchange.deadline)
  }

  func remove(_ exchange: PendingExchange) {
    let last = exchanges.count - 1
    exchanges.swapAt(exchange.slot, last)
    exchanges[exchange.slot].slot = exchange.slot
    exchanges.removeLast()
  }

  /// Those for which the condition holds at the moment.
  func all(where condition: (PendingExchange) -> Bool) -> [PendingExchange] {
    exchanges.filter(condition)
  }

  func first(with ticket: ExchangeTicket) -> PendingExchange? {
    exchanges.first { $0.ticket === ticket }
  }

  /// Makes sure that the timer fires no later than this.
  func watch(_ deadline: NIODeadline) {
    guard deadline < timerDeadline else { return }
    timer?.cancel()
    timerDeadline = deadline
    timer = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.look() }
  }

  func stop() {
    timer?.cancel()
    timer = nil
    timerDeadline = .distantFuture
    onExpiry = { _ in }
  }

  private func look() {
    timerDeadline = .distantFuture
    timer = nil
    let now = NIODeadline.now()
    for exchange in all(where: { $0.deadline <= now }) { onExpiry(exchange) }
    guard let next = exchanges.map(\.deadline).min() else { return }
    watch(max(next, now + Self.granularity))
  }
}
