// A key that may just have taken the place of another.

import TidehookCore

/// A key, and for a while the one that it replaced. Whether that is still good is one comparison for each signature.
struct RotatingKey<Key: Sendable>: Sendable {
  /// Signs always.
  let current: Key
  private let replaced: Key?
  /// The Unix second from which on the replaced one signs nothing.
  private let end: Int64

  /// A key that replaced none.
  init(_ current: Key) {
    self.current = current
    replaced = nil
    end = 0
  }

  /// Prepares a key and the one that it replaced.
  init<Value>(
    _ current: Value, _ replaced: Replaced<Value>?, prepare: (Value) throws(SigningError) -> Key
  ) throws(SigningError) where Value: Hashable & Sendable {
    self.current = try prepare(current)
    if let replaced {
      self.replaced = try prepare(replaced.value)
      end = replaced.expiresAt.seconds
    } else {
      self.replaced = nil
      end = 0
    }
  }

  /// The key before the current one, if it still signs at that Unix second.
  func previous(at timestamp: Int64) -> Key? { timestamp < end ? replaced : nil }
}
