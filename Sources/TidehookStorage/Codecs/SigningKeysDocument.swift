// What a webhook signs with beside its secret, as one JSON text; most webhooks have none.

import TidehookCore

/// Writes and reads the column `signing_keys`.
enum SigningKeysDocument {
  /// The keys as JSON; `nil` when there are none.
  static func write(_ keys: SigningKeys) -> String? {
    let members: [(String, JSONValue?)] = [
      ("previous_secret", keys.previousSecret.map { [.string($0.value.revealed), .integer($0.expiresAt.microseconds)] }),
      ("signing_key", keys.signingKey.map(write)),
      ("previous_signing_key", keys.previousSigningKey.map { [write($0.value), .integer($0.expiresAt.microseconds)] }),
    ]
    let given = members.compactMap { name, value in value.map { JSONValue.Member(name, $0) } }
    return given.isEmpty ? nil : String(decoding: JSONValue.object(given).bytes, as: UTF8.self)
  }

  /// The keys of a row.
  /// - Throws: `failed` when the text was not written by ``write(_:)``: a key that got lost would be worse than a failure.
  static func read(_ text: String?, of id: WebhookID) throws(StoreError) -> SigningKeys {
    guard let text else { return SigningKeys() }
    guard let document = try? JSONValue(parsing: Array(text.utf8)) else { throw unreadable(id) }
    var keys = SigningKeys()
    if let value = document["previous_secret"] {
      guard let secret = value[0]?.stringValue, let end = value[1]?.integerValue else { throw unreadable(id) }
      keys.previousSecret = Replaced(Secret(secret), expiresAt: Timestamp(microseconds: end))
    }
    if let value = document["signing_key"] { keys.signingKey = try key(value, of: id) }
    if let value = document["previous_signing_key"] {
      guard let end = value[1]?.integerValue else { throw unreadable(id) }
      keys.previousSigningKey = Replaced(try key(value[0] ?? .null, of: id), expiresAt: Timestamp(microseconds: end))
    }
    return keys
  }

  private static func write(_ key: SigningKey) -> JSONValue {
    ["private_key": .string(key.privateKey.revealed), "public_key": .string(key.publicKey)]
  }

  private static func key(_ value: JSONValue, of id: WebhookID) throws(StoreError) -> SigningKey {
    guard let privateKey = value["private_key"]?.stringValue, let publicKey = value["public_key"]?.stringValue else { throw unreadable(id) }
    return SigningKey(privateKey: Secret(privateKey), publicKey: publicKey)
  }

  private static func unreadable(_ id: WebhookID) -> StoreError { StoreError(.failed, "cannot read the signing keys of webhook \(id)") }
}
