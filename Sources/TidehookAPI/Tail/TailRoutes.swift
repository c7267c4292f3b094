// The call that shows events as they come.

import HTTPTypes
import Hummingbird
import NIOCore
import TidehookCore

/// `/v1/events/stream`.
struct TailRoutes: Sendable {
  let feed: EventFeed
  let keys: KeyRing
  /// `nil` when there is no console.
  let sessions: SessionBook?

  /// How many patterns a stream may ask for.
  private static let maximumPatterns = 20

  var routes: [Route] { [Route(Self.stream, stream)] }

  private func stream(_ request: APIRequest) async throws -> Response {
    let isWanted = try Self.filter(request)
    let cursor = try Self.cursor(request)
    guard let caller = request.caller else { throw APIError.internal }
    var answer = Response(
      status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .accelBuffering: "no"])
    // `HEAD` listens to nothing.
    guard request.request.method == .get else { return answer }
    let body = try await request.withBodyRead(limit: 0, isData: true).request.body
    let channel = request.connection.channel
    let subscription = try feed.subscribe(of: caller.holder.id, isWanted: isWanted) { channel.close(promise: nil) }
    let stream = TailStream(feed: feed, subscription: subscription, cursor: cursor) { isGood(caller) }
    answer.body = ResponseBody { writer in
      // Whoever goes leaves the place at once, not when something is written next.
      try await body.consumeWithInboundCloseHandler { _ in
        try await stream.write(to: &writer)
        try await writer.finish(nil)
      } onInboundClosed: {
        subscription.end()
      }
    }
    return answer
  }

  /// Whether who opened a stream may still see it.
  private func isGood(_ caller: Caller) -> Bool {
    guard let session = caller.session else { return keys.holder(of: caller.holder.id) === caller.holder }
    return sessions?.isGood(session) ?? false
  }

  private static func filter(_ request: APIRequest) throws -> TailFilter {
    let patterns = try request.query.value("event", "1 to \(maximumPatterns) event patterns with commas between them") { text in
      let patterns = text.split(separator: ",").map { EventPattern(String($0)) }
      return (1...maximumPatterns).contains(patterns.count) && !patterns.contains(nil) ? patterns.compactMap(\.self) : nil
    }
    let namespace = try request.query.value("namespace", Namespace.expectation, read: Namespace.init)
    let principal = request.principal
    if let namespace { try principal.check(namespace) }
    return { type, place in
      principal.mayUse(place) && (namespace == nil || namespace == place) && (patterns?.contains { $0.matches(type) } ?? true)
    }
  }

  /// Where to go on; what is no cursor of this list is refused, also in the header.
  private static func cursor(_ request: APIRequest) throws -> TailPosition? {
    guard let text = request.header(.lastEventID), !text.isEmpty else {
      return try request.query.value("cursor", "the id of an event of this stream", read: Cursor.tailPosition)
    }
    guard let position = Cursor.tailPosition(text) else {
      throw APIError.unexpected("Last-Event-ID", "the id of an event of this stream", got: quoted(text), code: .invalidHeader)
    }
    return position
  }
}

/// One open stream.
private struct TailStream: Sendable {
  let feed: EventFeed
  let subscription: Subscription
  let cursor: TailPosition?
  let isGood: @Sendable () -> Bool

  /// Writes until the listener goes, is dropped, or may not listen any more. Off the caller's actor, like the server's own functions that the
  /// writer is handed to.
  @concurrent func write(to writer: inout any ResponseBodyWriter) async throws {
    try await writer.write(TailText.hello)
    let page = try await feed.begin(subscription, after: cursor)
    if !page.cut.isEmpty { try await writer.write(TailText.skipped) }
    for event in page.events { try await writer.write(TailItem(event).text) }
    try await writer.write(TailText.ready)
    for await news in subscription.news {
      guard isGood() else { return }
      let text = Self.text(news, after: page.end)
      if text.readableBytes > 0 { try await writer.write(text) }
    }
  }

  /// One piece of news as one text, without what the stream began with.
  private static func text(_ news: EventFeed.News, after end: TailPosition) -> ByteBuffer {
    guard case .events(let items, let isCut) = news else { return TailText.heartbeat }
    let wanted = TailItem.following(items, after: end)
    var text = ByteBuffer()
    text.reserveCapacity(wanted.reduce(TailText.skipped.readableBytes) { $0 + $1.text.readableBytes })
    if isCut { text.writeImmutableBuffer(TailText.skipped) }
    for item in wanted { text.writeImmutableBuffer(item.text) }
    return text
  }
}

extension TailRoutes {
  static let operations = [stream]

  private static let stream = Operation(
    id: "streamEvents", method: .get, path: "/v1/events/stream", isScoped: true,
    summary: "Show events as they are accepted, as server-sent events; Last-Event-ID resumes.",
    query: [
      QueryParameter("event", "Only of these types: patterns like memory.*, with commas between them."),
      QueryParameter("namespace", "Only in this namespace."),
      QueryParameter("cursor", "Instead of Last-Event-ID, where that cannot be set."),
    ], answer: "EventStream")
}

extension HTTPField.Name {
  /// Where a stream of server-sent events goes on (WHATWG HTML, section 9.2.3).
  fileprivate static let lastEventID = known("Last-Event-ID")
  /// Keeps nginx from collecting what should go on at once.
  fileprivate static let accelBuffering = known("X-Accel-Buffering")

  private static func known(_ name: String) -> HTTPField.Name {
    guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is a field name") }
    return field
  }
}
