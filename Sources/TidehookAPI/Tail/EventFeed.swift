// Shows events to those who watch, as they come. While nobody watches it does nothing at all; else it reads the end of the table a few times a
// second, for all of them together. The hot path knows nothing of it.

import NIOCore
import Synchronization
public import TidehookCore

/// The live tail's one reader, and its listeners.
public final class EventFeed: Sendable {
  /// What listeners are told.
  enum News: Sendable {
    case events([TailItem])
    /// Events were left out.
    case skipped
    case heartbeat
  }

  private struct Listener {
    /// Whose it is; `nil` is the admin key.
    let key: KeyID?
    let isWanted: @Sendable (EventType, Namespace) -> Bool
    let news: AsyncStream<News>.Continuation
    /// Ends the connection of one who does not read.
    let hangUp: @Sendable () -> Void
  }

  private struct State {
    var listeners: [Int: Listener] = [:]
    var nextID = 0
    var isRunning = false
    var isClosed = false
  }

  /// How many may watch at once.
  static let maximumListeners = 32
  /// How many of one key may watch at once, in its sessions, too.
  static let maximumPerKey = 8
  /// How many pieces of news wait for a listener; one who lets more come together is dropped, and may resume.
  private static let waiting = 8
  private static let pause = Duration.milliseconds(250)
  /// After how many pauses a heartbeat is sent: 15 s.
  private static let heartbeat = 60
  /// How far each reading looks back for events that were committed out of the order of their keys.
  private static let overlap = Duration.seconds(2)

  private let tail: any EventTail
  private let time: any TimeSource
  private let state = Mutex(State())

  /// Makes a feed.
  public init(tail: any EventTail, time: any TimeSource) {
    self.tail = tail
    self.time = time
  }

  /// How many watch.
  var count: Int { state.withLock { $0.listeners.count } }

  /// Ends every stream, and refuses new ones: the gateway stops.
  public func close() {
    let listeners = state.withLock { state in
      state.isClosed = true
      defer { state.listeners = [:] }
      return state.listeners.values.map(\.news)
    }
    for news in listeners { news.finish() }
  }

  /// Lets somebody listen, until the subscription is let go of.
  /// - Parameter key: whose key it is; `nil` is the admin key.
  func subscribe(
    of key: KeyID?, isWanted: @escaping @Sendable (EventType, Namespace) -> Bool, hangUp: @escaping @Sendable () -> Void
  ) throws(APIError) -> Subscription {
    let (stream, news) = AsyncStream<News>.makeStream(bufferingPolicy: .bufferingOldest(Self.waiting))
    let (id, starts) = try state.withLock { state throws(APIError) in
      guard !state.isClosed else { throw APIError(.unavailable, "the gateway stops") }
      guard state.listeners.count < Self.maximumListeners else {
        throw APIError(.unavailable, "\(Self.maximumListeners) live tails are open, close one of them", retryAfterSeconds: 15)
      }
      guard state.listeners.values.count(where: { $0.key == key }) < Self.maximumPerKey else {
        throw APIError(.unavailable, "\(Self.maximumPerKey) live tails of this key are open, close one of them", retryAfterSeconds: 15)
      }
      state.nextID += 1
      state.listeners[state.nextID] = Listener(key: key, isWanted: isWanted, news: news, hangUp: hangUp)
      defer { state.isRunning = true }
      return (state.nextID, !state.isRunning)
    }
    if starts { Task { await run() } }
    return Subscription(news: stream) { [weak self] in self?.drop(id) }
  }

  /// What is there already: the listener's own beginning.
  func page(after key: Int64?, isWanted: @escaping @Sendable (EventType, Namespace) -> Bool) async throws(StoreError) -> TailPage {
    guard let key else {
      return try await tail.tail(after: lookback, except: [], limits: TailLimits()) { _, _ in false }
    }
    return try await tail.tail(after: key, except: [], limits: TailLimits(events: 1000, bytes: 4 << 20), isWanted: isWanted)
  }

  /// The smallest key that may still be news.
  var lookback: Int64 { TimeOrderedID.key(at: time.now() + (.zero - Self.overlap)) }

  private func drop(_ id: Int) {
    state.withLock { $0.listeners[id] }?.news.finish()
    state.withLock { state in _ = state.listeners.removeValue(forKey: id) }
  }
}

extension EventFeed {
  /// Reads and tells until nobody listens any more.
  private func run() async {
    var known: Set<Int64>?
    var pauses = 0
    while true {
      guard (try? await time.sleep(until: time.now() + Self.pause)) != nil else { return }
      guard goesOn() else { return }
      pauses += 1
      if pauses.isMultiple(of: Self.heartbeat) { tell { _ in .heartbeat } }
      // A store that cannot be read now is read again.
      guard let page = try? await tail.tail(after: lookback, except: known ?? [], limits: TailLimits(), isWanted: isWanted()) else {
        continue
      }
      // What the first reading leaves out was there before anybody listened.
      if known != nil, !page.isWhole { tell { _ in .skipped } }
      known = page.keys
      if !page.events.isEmpty { tell(page.events.map(TailItem.init)) }
    }
  }

  private func goesOn() -> Bool {
    state.withLock { state in
      state.isRunning = !state.listeners.isEmpty
      return state.isRunning
    }
  }

  private func isWanted() -> @Sendable (EventType, Namespace) -> Bool {
    let listeners = state.withLock { $0.listeners.values.map(\.isWanted) }
    return { type, namespace in listeners.contains { $0(type, namespace) } }
  }

  private func tell(_ items: [TailItem]) {
    tell { isWanted in
      let wanted = items.filter { isWanted($0.type, $0.namespace) }
      return wanted.isEmpty ? nil : .events(wanted)
    }
  }

  private func tell(_ news: ((EventType, Namespace) -> Bool) -> News?) {
    for (id, listener) in state.withLock({ $0.listeners }) {
      guard let piece = news(listener.isWanted), case .dropped = listener.news.yield(piece) else { continue }
      drop(id)
      listener.hangUp()
    }
  }
}

/// A place among the listeners, for as long as somebody holds it.
final class Subscription: Sendable {
  let news: AsyncStream<EventFeed.News>
  private let end: @Sendable () -> Void

  init(news: AsyncStream<EventFeed.News>, end: @escaping @Sendable () -> Void) {
    self.news = news
    self.end = end
  }

  deinit { end() }
}
