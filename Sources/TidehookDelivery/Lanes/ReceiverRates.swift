// The rates that receivers agreed to. Each is kept by all lanes together that go to the receiver's URL.

package import TidehookCore

/// What a lane knows of the receiver whose consent it needs.
package struct ReceiverConsent: Equatable, Sendable {
  /// Where the receiver is.
  package let url: DestinationURL
  /// What it said to the lane's webhook.
  package let state: HandshakeState

  /// Notes what a receiver said.
  package init(url: DestinationURL, state: HandshakeState) {
    self.url = url
    self.state = state
  }
}

/// One bucket for each receiver that agreed to a rate.
struct ReceiverRates {
  private struct Receiver {
    var lanes: [WebhookID: HandshakeState] = [:]
    var bucket: TokenBucket?
  }

  private var receivers: [DestinationURL: Receiver] = [:]

  /// Lets a lane keep its receiver's rate from now on, or takes in what the receiver said to it.
  ///
  /// A lane keeps the rate before it has an answer of its own. Of different rates the lowest holds; where nobody agreed to anything (any more),
  /// the last rate goes on until somebody does.
  /// - Parameter underWay: how many requests a lane has under way; those count when the rate is new, for nobody has counted them.
  mutating func join(_ webhook: WebhookID, _ consent: ReceiverConsent, at now: Timestamp, underWay: (WebhookID) -> Int) {
    var receiver = receivers[consent.url] ?? Receiver()
    receiver.lanes[webhook] = consent.state
    let rates = receiver.lanes.values.compactMap { if case .agreed(let rate) = $0 { rate ?? .max } else { nil } }
    if let rate = rates.min() {
      let limit = rate == .max ? nil : Self.limit(perMinute: rate)
      if receiver.bucket?.limit != limit {
        receiver.bucket = limit.map { TokenBucket($0, at: now) }
        for _ in 0..<receiver.lanes.keys.reduce(0, { $0 + underWay($1) }) { receiver.bucket?.owe(at: now) }
      }
    }
    receivers[consent.url] = receiver
  }

  /// Lets a lane go its own way.
  mutating func leave(_ webhook: WebhookID, _ url: DestinationURL) {
    receivers[url]?.lanes[webhook] = nil
    if receivers[url]?.lanes.isEmpty == true { receivers[url] = nil }
  }

  /// How long it is until a request to the receiver may begin; `nil` when one may now.
  mutating func wait(_ url: DestinationURL, at now: Timestamp) -> Duration? { receivers[url]?.bucket?.wait(at: now) }

  /// Counts a request to the receiver.
  mutating func count(_ url: DestinationURL, at now: Timestamp) { receivers[url]?.bucket?.owe(at: now) }

  /// Requests per minute, evenly: a burst would put more than that into some minute. A tenth of a second's worth may come at once, because no
  /// clock is exact.
  private static func limit(perMinute rate: Int) -> RateLimit {
    RateLimit(count: rate, perSeconds: 60, burst: max(1, rate / 600))
  }
}
