// One of a provider's requests, before it is filled in and signed.

/// One of a provider's events.
struct RequestSample: Sendable {
  /// The event's name on the command line.
  let event: String
  /// The event as the provider writes it in a header, where that is another text.
  let headerEvent: String
  /// The media type of the body.
  let contentType: String
  /// The body, with places that ``RequestIdentity`` fills.
  let body: String

  init(_ event: String, header: String? = nil, contentType: String = "application/json", _ body: String) {
    self.event = event
    headerEvent = header ?? event
    self.contentType = contentType
    // Written on several lines here, sent on one.
    self.body = body.split(separator: "\n").joined()
  }
}
