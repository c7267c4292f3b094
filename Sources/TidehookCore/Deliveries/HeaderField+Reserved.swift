// Headers of requests that are not for webhooks and scripts to choose.

extension HeaderField {
  /// Names, in lower case, that belong to the client and to the connection: how a message is framed is not for others to say.
  public static let framing: Set<String> = [
    "host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "expect", "proxy-connection",
    "proxy-authorization",
  ]

  /// Names, in lower case, that prove a message by the schemes that webhooks have unless they say otherwise: set by no one else, even where
  /// a webhook does not use them. The names of other schemes are kept for those webhooks that have them (``MessageSigner/headerNames``).
  public static let proving: Set<String> = [
    "x-rem-signature", "x-rem-signature-previous", "x-mem0-signature", "x-mem0-signature-previous", "x-mem0-signature-256",
    "x-mem0-signature-256-previous", "webhook-id", "webhook-timestamp", "webhook-signature",
  ]

  /// Names, in lower case, that say that a request is no delivery: a test send, or the question whose a receiver is.
  public static let marking: Set<String> = ["x-tidehook-test", "x-tidehook-challenge"]
}
