// What the API asks of the runner: previews, new replays, and an end before their time.

import Synchronization
public import TidehookCore

extension ReplayRunner: ReplayJobs {
  /// How many searches a preview makes at most, each over some thousand rows.
  private static let previewSearches = 2000
  /// Previews at the same time: each keeps a reading connection busy.
  private static let maximumPreviews = 2

  /// Counts what a replay would do, and does nothing.
  /// - Throws: `busy` while too many others are counted.
  public func preview(_ request: ReplayRequest) async throws(StoreError) -> ReplayPreview {
    let isIn = previews.withLock { count in
      guard count < Self.maximumPreviews else { return false }
      count += 1
      return true
    }
    guard isIn else { throw StoreError(.busy, "\(Self.maximumPreviews) previews of replays are under way") }
    defer { previews.withLock { $0 -= 1 } }
    let end = ids.next().key
    var preview = ReplayPreview()
    var searches = 0
    for part in parts(of: request) {
      guard let webhook = directory.webhook(part.webhook) else { continue }
      var part = part
      while true {
        guard searches < Self.previewSearches, !Task.isCancelled else {
          preview.isComplete = false
          return preview
        }
        searches += 1
        let found = try await store.search(part, of: request, for: webhook, upTo: end, limit: .max)
        preview.add(found, of: part)
        part.position = found.position
        if found.isAtEnd { break }
      }
    }
    return preview
  }

  /// Begins a replay; `nil` when too many are under way.
  public func start(_ request: ReplayRequest, by maker: String) async throws(StoreError) -> Replay? {
    let replay = Replay(id: ReplayID(ids.next()), request: request, madeBy: maker, createdAt: time.now())
    let parts = parts(of: request)
    guard try await store.insert(replay, parts: parts) else { return nil }
    begin(replay, parts)
    return replay
  }

  /// Ends a replay before its time.
  public func cancel(_ id: ReplayID) async throws(StoreError) -> Replay? {
    guard try await store.end(id, as: .cancelled, at: time.now()) else { return nil }
    drop(id)
    return try await store.replay(id)
  }

  /// One replay.
  public func replay(_ id: ReplayID) async throws(StoreError) -> Replay? { try await store.replay(id) }

  /// Replays that a key may see, newest first.
  public func replays(visibleTo principal: Principal, before cursor: Int64?, limit: Int) async throws(StoreError) -> [Replay] {
    try await store.replays(visibleTo: principal, before: cursor, limit: limit)
  }

  /// What there is to walk through: each webhook's deliveries, and the events that it may lack.
  private func parts(of request: ReplayRequest) -> [ReplayPart] {
    let kinds: [ReplayPart.Kind] = (request.states.isEmpty ? [] : [.deliveries]) + (request.includesMissing ? [.missing] : [])
    return directory.webhooks().filter(request.concerns).flatMap { webhook in kinds.map { ReplayPart(webhook: webhook.id, kind: $0) } }
  }
}

extension ReplayPreview {
  fileprivate mutating func add(_ found: ReplayFinding, of part: ReplayPart) {
    let known: Int
    switch part.kind {
    case .deliveries:
      known = deliveries
      deliveries += found.candidates.count
    case .missing:
      known = missing
      missing += found.candidates.count
    }
    let room = max(0, ReplayPreview.maximumExamples - known)
    examples += found.candidates.prefix(room).map { (webhook: part.webhook, candidate: $0) }
  }
}
