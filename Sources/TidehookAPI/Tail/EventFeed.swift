// Shows events to those who watch, as they come. While nobody watches it does nothing at all; else it reads the end of the table now and
// then, for all of them together. The hot path knows nothing of it.

import NIOCore
import Synchronization
public import TidehookCore

/// The live tail's one reader, and its listeners.
public final class EventFeed: Sendable {
  /// What listeners are told.
  enum News: Sendable {
    /// Events, oldest first, and whether older ones were left out.
    case events([TailItem], isCut: Bool)
    case heartbeat
  }

  private struct Listener {
    /// Whose it is; `nil` is the admin key.
    let key: KeyID?
    let isWanted: TailFilter
    /// Whether it has read what was there before, and is told what comes.
    var isReady = false
    /// How much it is shown.
    var pace = TailPace()
    let news: AsyncStream<News>.Continuation
    /// Ends the connection of one who does not read.
    let hangUp: @Sendable () -> Void
  }

  private struct State {
    var listeners: [Int: Listener] = [:]
    var nextID = 0
    var isRunning = false
    var isClosed = false
    /// How far was read; `nil` before anybody is ready.
    var position: TailPosition?
  }

  /// How many may watch at once.
  static let maximumListeners = 32
  /// How many of one key may watch at once, in its sessions, too.
  static let maximumPerKey = 8
  /// How many pieces of news wait for a listener; one who lets more come together is dropped, and may resume.
  private static let waiting = 8
  private static let heartbeat = Duration.seconds(15)
  /// How long to wait before the next reading.
  private static let pause = Duration.milliseconds(250)
  /// What is shown of what was there before.
  private static let earlier = TailLimits(events: 1000, bytes: 4 << 20)

  private let tail: any EventTail
  private let time: any TimeSource
  private let state = Mutex(State())
  /// Held while events are read and told, and while a listener becomes ready, so that none falls in between.
  private let reading = ChangeLock()

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

  /// Takes a place among the listeners, until the subscription is let go of.
  /// - Parameter key: whose key it is; `nil` is the admin key.
  func subscribe(
    of key: KeyID?, isWanted: @escaping TailFilter, hangUp: @escaping @Sendable () -> Void
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
    return Subscription(id: id, news: stream) { [weak self] in self?.drop(id) }
  }

  /// Reads what came after a position, and has everything after that told; without a position, only the latter.
  func begin(_ subscription: Subscription, after position: TailPosition?) async throws(StoreError) -> TailPage {
    try await reading.withLock { () throws(StoreError) in
      let page = try await page(for: subscription.id, after: position)
      state.withLock { state in
        state.listeners[subscription.id]?.isReady = true
        if state.position == nil { state.position = page.end }
      }
      return page
    }
  }

  private func page(for id: Int, after position: TailPosition?) async throws(StoreError) -> TailPage {
    guard let position else { return TailPage(events: [], end: try await tail.tailEnd(), cut: []) }
    let filters = state.withLock { $0.listeners[id].map { [$0.isWanted] } ?? [] }
    return try await tail.tail(after: position, for: filters, limits: Self.earlier)
  }

  private func drop(_ id: Int) {
    state.withLock { $0.listeners[id] }?.news.finish()
    state.withLock { state in _ = state.listeners.removeValue(forKey: id) }
  }
}

extension EventFeed {
  /// Reads and tells until nobody listens any more.
  private func run() async {
    var silence = Duration.zero
    while true {
      guard (try? await time.sleep(until: time.now() + Self.pause)) != nil else { return }
      guard goesOn() else { return }
      silence += Self.pause
      if silence >= Self.heartbeat {
        silence = .zero
        for id in state.withLock({ Array($0.listeners.keys) }) { tell(.heartbeat, to: id) }
      }
      await reading.withLock { await read() }
    }
  }

  private func goesOn() -> Bool {
    state.withLock { state in
      state.isRunning = !state.listeners.isEmpty
      // A position that nobody follows grows old.
      if !state.listeners.values.contains(where: \.isReady) { state.position = nil }
      return state.isRunning
    }
  }

  /// Reads what came, and tells those who want it. A store that cannot be read now is read again.
  private func read() async {
    let (position, ready) = state.withLock { state in
      (state.position, state.listeners.filter(\.value.isReady).map { (id: $0.key, isWanted: $0.value.isWanted) })
    }
    guard let position, !ready.isEmpty else { return }
    guard let page = try? await tail.tail(after: position, for: ready.map(\.isWanted), limits: TailPace.usual) else { return }
    state.withLock { $0.position = page.end }
    tell(page, to: ready.map(\.id))
  }

  /// Tells each reader of a page as much of it as its pace allows.
  private func tell(_ page: TailPage, to readers: [Int]) {
    var found = [[Int]](repeating: [], count: readers.count)
    for (place, event) in page.events.enumerated() {
      for reader in event.readers { found[reader].append(place) }
    }
    // Written once, for all who get it.
    var items: [Int: TailItem] = [:]
    for (reader, id) in readers.enumerated() {
      let sizes = found[reader].map { page.events[$0].event.payload.count }
      let isCut = page.cut.contains(reader)
      guard let share = state.withLock({ $0.listeners[id]?.pace.share(of: sizes, isCut: isCut) }) else { continue }
      let shown = found[reader].suffix(share.count).map { place in
        let item = items[place] ?? TailItem(page.events[place])
        items[place] = item
        return item
      }
      if share.isCut || !shown.isEmpty { tell(.events(shown, isCut: share.isCut), to: id) }
    }
  }

  private func tell(_ news: News, to id: Int) {
    guard let listener = state.withLock({ $0.listeners[id] }), case .dropped = listener.news.yield(news) else { return }
    drop(id)
    listener.hangUp()
  }
}

/// A place among the listeners, for as long as somebody holds it.
final class Subscription: Sendable {
  let id: Int
  let news: AsyncStream<EventFeed.News>
  private let drop: @Sendable () -> Void

  init(id: Int, news: AsyncStream<EventFeed.News>, drop: @escaping @Sendable () -> Void) {
    self.id = id
    self.news = news
    self.drop = drop
  }

  deinit { drop() }

  /// Lets go of the place; what is left of the news ends.
  func end() { drop() }
}
