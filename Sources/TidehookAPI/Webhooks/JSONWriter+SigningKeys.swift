// What answers show of the keys that a webhook signs with: public halves, and when what was replaced ends.

import TidehookCore

extension JSONWriter {
  /// The members that ``signingKeys(_:)`` writes.
  static let signingKeyNames = ["public_key", "previous_public_key", "previous_public_key_expires_at", "previous_secret_expires_at"]

  /// Writes what receivers may know.
  mutating func signingKeys(_ keys: SigningKeys) {
    key("public_key")
    optional(keys.signingKey?.publicKey)
    key("previous_public_key")
    optional(keys.previousSigningKey?.value.publicKey)
    key("previous_public_key_expires_at")
    optional(keys.previousSigningKey?.expiresAt.rfc3339)
    key("previous_secret_expires_at")
    optional(keys.previousSecret?.expiresAt.rfc3339)
  }
}
