// Every change of state that a delivery can go through, as one table: what does not stand here does not happen.

/// Why a delivery changes its state. Each cause leads to one state, from whichever of its sources the delivery is in.
public enum DeliveryCause: String, Sendable, CaseIterable {
  /// Its event was published, or sent again, for an active webhook.
  case published
  /// Its event was published for an inactive webhook.
  case publishedInactive = "published, webhook inactive"
  /// An attempt was answered 2xx, or a `response` function said so.
  case delivered
  /// The pipeline dropped the event.
  case dropped
  /// An attempt failed, and there will be another.
  case failed = "failed, tries left"
  /// An attempt failed, and there will be no other.
  case ended = "failed for good"
  /// Its webhook is inactive.
  case webhookInactive = "webhook inactive"
  /// Its webhook was deleted.
  case webhookDeleted = "webhook deleted"
  /// Its webhook became active again.
  case resumed = "webhook active again"
  /// Its webhook became active again before the time of the try that was to come when it became inactive.
  case resumedEarly = "webhook active again before the next try"
  /// Its webhook became active again, and what had been held was not wanted.
  case skipped = "skipped on resume"
  /// It was held for longer than the retention allows.
  case expired = "held too long"
  /// The content of its event was erased.
  case erased = "content erased"
  /// It was under way when the content of its event was erased, and was answered 2xx.
  case deliveredMeanwhile = "delivered while its content was erased"
  /// Somebody asked for it again.
  case replayed

  /// The states that it can find a delivery in; `nil` is a delivery that is not there yet.
  public var sources: [DeliveryState?] {
    switch self {
    case .published, .publishedInactive: [nil]
    case .delivered, .dropped, .failed, .ended, .webhookInactive: [.pending, .retrying]
    case .webhookDeleted: [.pending, .retrying, .held]
    case .resumed, .resumedEarly, .skipped, .expired: [.held]
    case .erased: [.pending, .retrying, .held]
    case .deliveredMeanwhile: [.cancelled]
    case .replayed: [.retrying, .delivered, .filtered, .dead, .held, .cancelled]
    }
  }

  /// The state that it leads to.
  public var target: DeliveryState {
    switch self {
    case .published, .resumed, .replayed: .pending
    case .publishedInactive, .webhookInactive: .held
    case .delivered, .deliveredMeanwhile: .delivered
    case .dropped: .filtered
    case .failed, .resumedEarly: .retrying
    case .ended: .dead
    case .webhookDeleted, .skipped, .expired, .erased: .cancelled
    }
  }

  /// The states of ``sources`` that a stored delivery can be in.
  public var storedSources: [DeliveryState] { sources.compactMap(\.self) }

  /// Whether it can find a delivery in that state.
  public func applies(to state: DeliveryState) -> Bool { sources.contains(state) }
}

/// One arrow of the diagram.
public struct DeliveryArrow: Sendable, Hashable, CustomStringConvertible {
  /// Where it begins; `nil` is a delivery that is not there yet.
  public let from: DeliveryState?
  /// Why it is taken.
  public let cause: DeliveryCause
  /// Where it ends.
  public var to: DeliveryState { cause.target }

  /// Every arrow, cause by cause.
  public static let all = DeliveryCause.allCases.flatMap { cause in cause.sources.map { DeliveryArrow(from: $0, cause: cause) } }

  /// `held --> pending: webhook active again`, as diagrams write it.
  public var description: String { "\(ends): \(cause.rawValue)" }

  fileprivate var ends: String { "\(from?.rawValue ?? "[*]") --> \(to.rawValue)" }
}

extension DeliveryArrow {
  /// All arrows as a Mermaid state diagram; those between the same states share a line.
  public static var diagram: String {
    var lines: [(ends: String, causes: [String])] = []
    for arrow in all {
      if let index = lines.firstIndex(where: { $0.ends == arrow.ends }) {
        lines[index].causes.append(arrow.cause.rawValue)
      } else {
        lines.append((arrow.ends, [arrow.cause.rawValue]))
      }
    }
    return (["stateDiagram-v2"] + lines.map { "    \($0.ends): \($0.causes.joined(separator: " / "))" }).joined(separator: "\n")
  }
}
