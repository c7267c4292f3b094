// What a database reports when it cannot do what it was asked.

import TidehookCore

/// A database's failure, reduced to what decides how the store goes on.
package struct SQLFailure: Error, Sendable, CustomStringConvertible {
  /// What can be done about it.
  package enum Kind: Sendable {
    /// No space is left, or the disk cannot be written: the same may work later.
    case full
    /// Another process holds the database: the same may work later.
    case busy
    /// The connection is gone, and with it the transaction: the same may work over another one.
    case lost
    /// The time was up.
    case late
    /// Anything else; the same would fail again.
    case other
  }

  /// What kind it is.
  package let kind: Kind
  /// The database's own words.
  package let description: String

  /// Makes a failure.
  package init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// Whether it may pass by itself.
  var isPassing: Bool {
    switch kind {
    case .full, .busy, .lost, .late: true
    case .other: false
    }
  }

  /// The failure as callers of the store see it.
  func storeError(_ attempted: String) -> StoreError {
    let code: StoreError.Code =
      switch kind {
      case .full: .full
      case .busy, .lost, .late: .busy
      case .other: .failed
      }
    return StoreError(code, "\(attempted): \(description)")
  }
}
