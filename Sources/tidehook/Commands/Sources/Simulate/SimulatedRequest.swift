// One request of a simulated provider.

import TidehookCore
import TidehookDelivery
import TidehookSigning

/// A request, and what it is made of.
struct SimulatedRequest {
  /// The provider's name.
  let provider: String
  /// The event's name on the command line.
  let event: String
  /// The request as a source will see it.
  private(set) var request: InboundRequest
  private let identity: RequestIdentity

  /// Fills a sample in.
  /// - Parameters:
  ///   - body: what is sent instead of the sample's body, byte for byte.
  ///   - headers: replace those of the same names.
  init(_ provider: SimulatedProvider, _ sample: RequestSample, body: [UInt8]?, headers: [HeaderField], url: String) {
    self.provider = provider.name
    event = sample.event
    identity = RequestIdentity(IDGenerator(time: SystemTime(), random: SystemRandom()).next(), at: .systemNow())
    let usual = [HeaderField("Content-Type", sample.contentType)] + provider.headers(sample.headerEvent, identity)
    let replaced = Set(headers.map { $0.name.lowercased() })
    request = InboundRequest(
      url: url, query: String(url.drop { $0 != "?" }.dropFirst()),
      headers: usual.filter { !replaced.contains($0.name.lowercased()) } + headers, body: body ?? Array(identity.fill(sample.body).utf8))
  }

  /// The same request with what proves it.
  func signed(by signer: SourceSigner) throws(SigningError) -> SimulatedRequest {
    var signed = self
    signed.request = try signer.sign(request, messageID: "msg_\(identity.id)", at: identity.now)
    return signed
  }
}
