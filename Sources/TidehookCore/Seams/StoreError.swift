// What can go wrong in a store, as far as its callers care.

/// A store's failure.
public struct StoreError: Error, Sendable, CustomStringConvertible {
  /// What a caller can do about it.
  public enum Code: String, Sendable {
    /// No space is left: try again once there is.
    case full
    /// The store is closing: this node takes no more work.
    case closed
    /// The store is held by somebody else: try again.
    case busy
    /// Another change came first: read again, then change.
    case stale
    /// Anything else: our fault, or the disk's.
    case failed
  }

  /// What kind it is.
  public let code: Code
  /// What was attempted and what happened; never a payload or a secret.
  public let description: String

  /// Makes a failure.
  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
