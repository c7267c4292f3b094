// Joins signing to the rest of Tidehook: a signer for each revision of a webhook.

public import TidehookCore

/// Signs what one revision of a webhook sends.
public struct WebhookSigner: MessageSigner {
  private let signer: Result<RequestSigner, SigningError>

  /// Prepares the webhook's keys. A secret that cannot be used makes every request fail, clearly, instead of going out unsigned.
  public init(_ webhook: Webhook) {
    signer = Result { () throws(SigningError) in
      try RequestSigner(schemes: webhook.signing, secret: SigningSecret(webhook.secret.revealed))
    }
  }

  /// The headers that prove a message.
  /// - Throws: a failure of kind `signature`.
  public func headers(messageID: String, timestamp: Int64, body: [UInt8]) throws(AttemptFailure) -> [HeaderField] {
    do throws(SigningError) {
      return try signer.get().headers(messageID: messageID, timestamp: timestamp, body: body).map { HeaderField($0.name, $0.value) }
    } catch {
      throw AttemptFailure(.signature, "the request cannot be signed: \(error)")
    }
  }
}
