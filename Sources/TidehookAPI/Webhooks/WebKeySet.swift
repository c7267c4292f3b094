// The set of public keys as receivers read it, made once for as long as the keys stay the same.

import Synchronization
package import TidehookCore

/// Makes key sets: each key costs a digest, and anybody may ask, as often as they like.
package final class WebKeySet: Sendable {
  private let known = Mutex<(keys: [String], body: [UInt8])?>(nil)
  private let webKey: @Sendable (String) -> JSONValue?

  /// Makes a set that nobody has asked for yet.
  /// - Parameter webKey: the JSON Web Key of a public key.
  package init(webKey: @escaping @Sendable (String) -> JSONValue?) {
    self.webKey = webKey
  }

  /// The document of these keys; the one that was made last is kept.
  package func document(of keys: [String]) -> [UInt8] {
    if let last = known.withLock({ $0 }), last.keys == keys { return last.body }
    let body = JSONValue.object([.init("keys", .array(keys.compactMap(webKey)))]).bytes
    known.withLock { $0 = (keys, body) }
    return body
  }
}
