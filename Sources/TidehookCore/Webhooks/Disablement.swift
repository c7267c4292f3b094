// Why and when a webhook became inactive.

/// What made a webhook inactive.
public struct Disablement: Sendable, Hashable {
  /// Who or what did it. Texts are those of the API and of the store.
  public enum Cause: String, Sendable, CaseIterable {
    /// Somebody asked for it.
    case request
    /// An answer of the receiver said so: 410, or what a `response` function made of it.
    case receiver
    /// For days there was nothing but failures (``AutoDisable``).
    case failing
  }

  /// Who or what.
  public var cause: Cause
  /// When.
  public var at: Timestamp
  /// Why, for people: lower case, no full stop.
  public var message: String

  /// Makes a record.
  public init(_ cause: Cause, at: Timestamp, message: String) {
    self.cause = cause
    self.at = at
    self.message = message
  }
}
