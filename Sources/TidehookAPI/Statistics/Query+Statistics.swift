// Which time a request for statistics is about.

import TidehookCore

extension Query {
  /// `since`, `until` and `step`.
  /// - Parameter webhooks: over how many the counts are added up; `nil` when they need not be.
  func statisticsRange(now: Timestamp, over webhooks: Int? = nil) throws -> StatisticsRange {
    let (since, until) = (try time("since", now: now), try time("until", now: now))
    let expectation = "a number of minutes, hours or days like 1m, 15m, 1h, 1d"
    let width = try value("step", expectation, read: Self.seconds)
    do throws(StatisticsRange.Problem) {
      let range = try StatisticsRange(since: since, until: until, width: width, now: now)
      guard let webhooks else { return range }
      guard width != nil else { return range.affordable(over: webhooks, now: now) }
      try range.checkAffordable(over: webhooks, now: now)
      return range
    } catch {
      throw refusal(error, expectation)
    }
  }

  private func refusal(_ problem: StatisticsRange.Problem, _ expectation: String) -> APIError {
    let got = quoted(self["step"] ?? "")
    switch problem {
    case .ends: return .unexpected("since", "a time before until", got: "a later one", code: .invalidParameter)
    case .width: return .unexpected("step", expectation + ", at most 366d", got: got, code: .invalidParameter)
    case .tooLong(let most):
      let words = "at most \(Self.words(most)) before until: more is too much to add up over all the webhooks that are seen"
      return .unexpected("since", words, got: "an earlier time", code: .invalidParameter)
    case .tooCoarse(let most):
      let words = "at most \(Self.words(most)): wider steps are too much to add up over all the webhooks that are seen"
      return .unexpected("step", words, got: got, code: .invalidParameter)
    case .tooFine(let least):
      let words =
        "at least \(Self.words(least)) for this range, of which finer counts are not kept, or more than \(StatisticsRange.maximumPoints), or "
        + "too many to add up over all the webhooks that are seen"
      return .unexpected("step", words, got: got, code: .invalidParameter)
    }
  }

  /// What `15m` is in seconds.
  private static func seconds(_ text: String) -> Int64? {
    let units: [Character: Int64] = ["m": 60, "h": 3600, "d": 86_400]
    guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), (1...1_000_000).contains(count) else {
      return nil
    }
    return count * unit
  }

  private static func words(_ seconds: Int64) -> String {
    if seconds.isMultiple(of: 86_400) { return "\(seconds / 86_400)d" }
    return seconds.isMultiple(of: 3600) ? "\(seconds / 3600)h" : "\(seconds / 60)m"
  }
}
