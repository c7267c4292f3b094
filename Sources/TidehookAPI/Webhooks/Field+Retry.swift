// The rules of the fields of a retry policy that are no plain numbers.

import TidehookCore

extension Field {
  /// The waits before the retries.
  func retrySchedule() throws -> [Double] {
    let expectation = "an array of at most \(RetryBackoff.mostRetries) waits in seconds"
    let elements = try elements(expectation)
    guard elements.count <= RetryBackoff.mostRetries else { throw unexpected(expectation) }
    return try elements.map { try $0.number(in: 0.001...604_800) }
  }

  /// A schedule that has a name.
  func retryPreset() throws -> RetryPreset {
    guard let preset = value.stringValue.flatMap(RetryPreset.init) else {
      throw unexpected("one of " + RetryPreset.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return preset
  }

  /// Which answers are tried again, without repetitions.
  func retryStatuses() throws -> RetryStatuses {
    let expectation = "an array of at most \(RetryStatuses.mostEntries) statuses"
    let elements = try elements(expectation)
    guard elements.count <= RetryStatuses.mostEntries else { throw unexpected(expectation) }
    var entries: [RetryStatuses.Entry] = []
    for element in elements {
      guard let entry = element.value.stringValue.flatMap(RetryStatuses.Entry.init) else {
        throw element.unexpected(RetryStatuses.Entry.expectation)
      }
      if !entries.contains(entry) { entries.append(entry) }
    }
    return RetryStatuses(entries)
  }
}
