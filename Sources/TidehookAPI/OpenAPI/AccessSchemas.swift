// The schemas of how webhooks' receivers are reached.

import TidehookCore

enum AccessSchemas {
  /// What a request may set, and what answers show of it.
  static let inputs: [JSONValue.Member] = [
    .init(
      "auth", ["oneOf": [basic, bearer, oauth2, ["type": "null"]], "description": .string("What makes the Authorization header; \(kept)")]),
    .init("tls", tls),
    .init(
      "proxy",
      Schema.string(
        "http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, a forward proxy; direct for none. Null is what the server says. Answers show "
          + "*** for a password; a change with *** keeps the one that is stored.", nullable: true)),
  ]

  private static let kept = "answers show <secret> for what is secret, and a change with <secret> keeps the one that is stored."

  private static let basic = Schema.object(
    [
      .init("type", Schema.choice(["basic"])), .init("username", Schema.string("Without a colon.")),
      .init("password", Schema.string("Secret.")),
    ],
    required: ["type", "username", "password"])

  private static let bearer = Schema.object(
    [.init("type", Schema.choice(["bearer"])), .init("token", Schema.string("Secret."))], required: ["type", "token"])

  private static let oauth2 = Schema.object(
    [
      .init("type", Schema.choice(["oauth2"])), .init("token_url", Schema.string("Where tokens come from: http or https.")),
      .init("client_id", Schema.string("1 to 512 bytes.")), .init("client_secret", Schema.string("Secret.")),
      .init("scope", Schema.string("Names with spaces between them.", nullable: true)),
      .init("audience", Schema.string("For servers that ask for it.", nullable: true)),
      .init("client_auth", Schema.choice(OAuth2Client.Authentication.allCases.map(\.rawValue))),
    ], required: ["type", "token_url", "client_id", "client_secret"])

  private static let tls: JSONValue = [
    "type": ["object", "null"], "additionalProperties": false,
    "properties": [
      "client_certificate": Schema.string("The certificate that is shown, in PEM format, others of its chain behind it.", nullable: true),
      "client_key": Schema.string("Its private key, in PEM format, without a passphrase; secret.", nullable: true),
      "ca": Schema.string("Authorities that are trusted besides the system's, in PEM format.", nullable: true),
    ], "description": .string("Certificates of the connections to the receiver; \(kept)"),
  ]
}
