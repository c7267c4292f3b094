// Signs the requests of one webhook revision with all of its schemes.

public import TidehookCore

/// Makes the signature headers of a webhook's requests.
///
/// Made once for each webhook revision: the keys are prepared then, and signing only runs the hash. Any number of threads may sign at once.
public final class RequestSigner: Sendable {
  private let signers: [any Signer]

  /// Prepares the keys of `schemes`, which are applied in the order given.
  public init(schemes: [SigningScheme] = SigningScheme.defaults, secret: SigningSecret) throws(SigningError) {
    var signers: [any Signer] = []
    for scheme in schemes { signers.append(try scheme.makeSigner(secret)) }
    self.signers = signers
  }

  /// Returns the headers to add to one attempt.
  /// - Parameters:
  ///   - messageID: the event's id, the same over all attempts; `standard` refuses an empty one and one with a period.
  ///   - timestamp: when this attempt is made, in Unix seconds.
  ///   - body: the bytes of the body, exactly as sent.
  public func headers(messageID: String, timestamp seconds: Int64, body: [UInt8]) throws(SigningError) -> [SignatureHeader] {
    let message = SignableMessage(id: messageID, timestamp: seconds, body: body)
    var headers: [SignatureHeader] = []
    for signer in signers { headers += try signer.headers(for: message) }
    return headers
  }
}
