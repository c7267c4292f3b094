// The schemas of signing: schemes, the replacement of secrets, public keys.

import TidehookCore

enum SigningSchemas {
  static let all: [JSONValue.Member] = [
    .init("SigningScheme", ["oneOf": [Schema.choice(SigningScheme.named.map(\.name)), named, custom]]),
    .init(
      "SecretRotation",
      Schema.object([
        .init("secret", Schema.string("The secret that comes; null, or none of the two, has Tidehook make one.", nullable: true)),
        .init("signing_key", Schema.string("The whsk_ private key that comes; null has Tidehook make one.", nullable: true)),
        .init(
          "overlap_secs",
          Schema.integer(0, SigningKeys.longestOverlapSeconds, default: SigningKeys.usualOverlapSeconds)),
      ])),
    .init(
      "JSONWebKeySet",
      Schema.object([.init("keys", Schema.array(of: ["type": "object", "description": "An Ed25519 public key (RFC 8037)."]))])),
  ]

  /// What answers show of a webhook's keys.
  static let outputs: [JSONValue.Member] = [
    .init("public_key", Schema.string("The whpk_ public key of standard-ed25519.", nullable: true)),
    .init("previous_public_key", Schema.string("The one before, while both sign.", nullable: true)),
    .init("previous_public_key_expires_at", Schema.time(nullable: true)),
    .init("previous_secret_expires_at", Schema.time(nullable: true)),
  ]

  private static let named = Schema.object(
    [.init("scheme", Schema.choice(SigningScheme.named.map(\.name)))], required: ["scheme"])

  private static let custom = Schema.object(
    [
      .init("scheme", Schema.choice([CustomSigning.name])), .init("header", Schema.string("The header that holds the signature.")),
      .init("algorithm", Schema.choice(HashAlgorithm.allCases.map(\.rawValue))),
      .init("encoding", Schema.choice(SignatureEncoding.allCases.map(\.rawValue))),
      .init("prefix", Schema.string("What stands before the signature, up to 64 bytes.")),
      .init("template", Schema.string("What is signed, with {body}, {timestamp} and {id}; {body} unless given.")),
      .init("timestamp_header", Schema.string("The header of {timestamp}; webhook-timestamp unless given.")),
      .init("id_header", Schema.string("The header of {id}; webhook-id unless given.")),
    ], required: ["scheme", "header"])
}
