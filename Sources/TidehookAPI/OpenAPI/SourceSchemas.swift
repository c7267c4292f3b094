// The schemas of sources and of what they receive.

import TidehookCore

enum SourceSchemas {
  static let all: [JSONValue.Member] = [
    .init("NewSource", Schema.object(inputs)),
    .init("SourceChanges", Schema.object(inputs)),
    .init("Source", Schema.object(outputs)),
    .init("CreatedSource", Schema.object(outputs + [.init("secret", Schema.string("Shown this once, when Tidehook made it."))])),
    .init("SourcePage", Schema.page(of: "Source")),
    .init("VerificationRule", verify),
    .init("DedupeRule", dedupe),
    .init("SourceRequest", Schema.object(receipt)),
    .init("SourceRequestWithBody", Schema.object(receipt + whole)),
    .init("SourceRequestPage", Schema.page(of: "SourceRequest")),
    .init("Received", ["description": "What the source's code answers; {\"accepted\": n} unless it says otherwise."]),
  ]

  private static let code: [JSONValue.Member] = [
    .init("plugin", Schema.string("The name of a plugin of kind source.", nullable: true)),
    .init("options", Schema.anyObject("The plugin's options; answers show secret ones as <secret>.", nullable: true)),
    .init("script", Schema.string("A Lua script that defines receive; without plugin and script the body is the event.", nullable: true)),
  ]

  private static let common: [JSONValue.Member] = [
    .init("namespace", Schema.string("The namespace of all its events; null leaves it to each event.", nullable: true)),
    .init("verify", Schema.reference("VerificationRule")),
    .init("dedupe", ["oneOf": [Schema.reference("DedupeRule"), ["type": "null"]]]),
    .init("methods", Schema.array(of: Schema.choice(SourcePreset.knownMethods))),
    .init("content_types", Schema.array(of: Schema.string("A media type that it takes; none listed means all."))),
    .init("max_body_bytes", Schema.integer(1, 10_485_760, default: 1_048_576)),
    .init("rate_limit", rateLimit),
    .init("active", ["type": ["boolean", "null"], "default": true]),
  ]

  /// What a request may set; null stands for the default.
  private static let inputs: [JSONValue.Member] =
    [.init("name", Schema.string("\(Field.sourceNameExpectation); that of the plugin unless given."))] + code + common + [
      .init("secret", Schema.string("What requests are signed with, 1 to 2048 bytes.", nullable: true)),
      .init(
        "secrets",
        ["type": ["array", "null"], "minItems": 1, "maxItems": 8, "items": Schema.string("One of several, any of which may match.")]),
    ]

  private static let outputs: [JSONValue.Member] =
    [.init("id", Schema.string("src_ and 26 characters.")), .init("name", Schema.string("Its name."))] + code + common + [
      .init("secret_count", Schema.count("How many secrets it has.")), .init("url", Schema.string("Where to send: /in/ and the id.")),
      .init("revision", Schema.count("Grows with each change, from 1.")), .init("created_at", Schema.time()),
      .init("updated_at", Schema.time()),
    ]

  private static let rateLimit: JSONValue = [
    "type": ["object", "null"], "required": ["count"], "additionalProperties": false,
    "properties": [
      "count": Schema.count("How many in each period."), "per_secs": Schema.integer(1, 86_400, default: 1),
      "burst": Schema.count("How many at once after a pause; count unless given."),
    ],
  ]

  private static let verify = Schema.object(
    [
      .init("scheme", Schema.choice(VerificationScheme.allCases.map(\.rawValue))),
      .init("tolerance_secs", Schema.count("How far a signed time may be off, 1 to 86400; the scheme's own unless given.")),
      .init("header", Schema.string("hmac, api-key: the header with the signature or the secret.")),
      .init("algorithm", Schema.choice(HashAlgorithm.allCases.map(\.rawValue))),
      .init("encoding", Schema.choice(SignatureEncoding.allCases.map(\.rawValue))),
      .init("prefix", Schema.string("hmac: what stands before the signature.")),
      .init("template", Schema.string("hmac: what is signed; {body} unless given.")),
      .init("timestamp_header", Schema.string("hmac: the header with the time, in Unix seconds.")),
      .init("id_header", Schema.string("hmac: the header with the id.")),
      .init("url", Schema.string("twilio: the public URL, when a proxy hides it.")),
    ], required: ["scheme"])

  private static let dedupe = Schema.object([
    .init("header", Schema.string("The header with the sender's id; or path.")),
    .init("path", Schema.string("Where the id stands in the JSON body: data.id; or header.")),
    .init("window_secs", Schema.integer(1, 2_592_000, default: 86_400)),
  ])

  private static let receipt: [JSONValue.Member] = [
    .init("id", Schema.string("req_ and 26 characters.")), .init("source_id", Schema.string("Its source.")),
    .init("state", Schema.choice(ReceiptState.allCases.map(\.rawValue))),
    .init("reason", Schema.string("Why.", nullable: true)), .init("status", Schema.count("What the sender was told.")),
    .init("received_at", Schema.time()), .init("rerun_at", Schema.time(nullable: true)),
    .init("revision", Schema.count("The source's revision that judged it last.")),
    .init("scheme", Schema.choice(VerificationScheme.allCases.map(\.rawValue))),
    .init(
      "plugin",
      ["type": ["object", "null"], "properties": ["name": ["type": "string"], "revision": ["type": "integer"]]]),
    .init("method", ["type": "string"]), .init("path", Schema.string("What followed the source's id.")),
    .init("query", ["type": "string"]), .init("body_bytes", Schema.count("How long the body is.")),
    .init("event_count", Schema.count("How many events it has.")), .init("erased_at", Schema.time(nullable: true)),
  ]

  private static let whole: [JSONValue.Member] = [
    .init("events", Schema.array(of: Schema.string("The id of an event."))), .init("request", DeliverySchemas.request),
    .init("answer", ["type": "object"]), .init("log", Schema.string("What the source's code printed, at most 4 KiB.")),
  ]
}
