// What a provider's requests look like. The bodies are ours: shaped as the provider documents them, with made-up content.

import TidehookCore

/// A provider and its requests.
struct SimulatedProvider: Sendable {
  /// Its name on the command line.
  let name: String
  /// How it signs.
  let scheme: VerificationScheme
  /// Its events; the first is sent unless another is named.
  let samples: [RequestSample]
  /// The headers of an event besides those that prove it.
  /// - Parameters:
  ///   - event: the event as the provider writes it in a header.
  ///   - id: an id of the request's own.
  let headers: @Sendable (_ event: String, _ id: RequestIdentity) -> [HeaderField]

  init(
    _ name: String, _ scheme: VerificationScheme, samples: [RequestSample],
    headers: @escaping @Sendable (_ event: String, _ id: RequestIdentity) -> [HeaderField]
  ) {
    self.name = name
    self.scheme = scheme
    self.samples = samples
    self.headers = headers
  }

  /// Every provider, by name.
  static let all: [SimulatedProvider] =
    [
      .github, .gitlab, .stripe, .slack, .shopify, .linear, .twilio, .sendgrid, .discord, .pagerduty, .rem, .mem0, .standard, .cloudevents,
    ] + generic

  /// The provider of that name.
  static func named(_ name: String) throws(CommandFailure) -> SimulatedProvider {
    guard let provider = all.first(where: { $0.name == name }) else {
      throw CommandFailure(.usage, "there is no provider \(name); there are \(all.map(\.name).joined(separator: ", "))")
    }
    return provider
  }
}
