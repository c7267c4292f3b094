// Joins signing to the rest of Tidehook: a signer for each revision of a webhook.

public import TidehookCore

/// Signs what one revision of a webhook sends.
public struct WebhookSigner: MessageSigner {
  private let signer: Result<RequestSigner, SigningError>
  /// The names of the headers that it adds, in lower case.
  public let headerNames: Set<String>

  /// Prepares the webhook's keys. A secret that cannot be used makes every request fail, clearly, instead of going out unsigned.
  public init(_ webhook: Webhook) {
    signer = Result { () throws(SigningError) in
      try RequestSigner(schemes: webhook.signing, secret: SigningSecret(webhook.secret.revealed), keys: webhook.keys)
    }
    headerNames = (try? signer.get().headerNames) ?? []
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

  /// Why a webhook's requests cannot be signed, or would say two things in one header; `nil` when all is well.
  public static func problem(of webhook: Webhook) -> JSONProblem? {
    do throws(SigningError) {
      let signer = try WebhookSigner(webhook).signer.get()
      let taken = (webhook.headers + webhook.access.headers).first { signer.headerNames.contains($0.name.lowercased()) }
      if let taken { return JSONProblem("headers.\(taken.name)", "this header is set by signing and cannot be changed") }
      guard webhook.access.auth != nil, signer.headerNames.contains("authorization") else { return nil }
      return JSONProblem("auth", "expected none, for signing sets the header Authorization")
    } catch .unusable(let field, let expected, let got) {
      return JSONProblem(field, "expected \(expected), got \(got)")
    } catch {
      return JSONProblem("secret", "expected one that can sign, but \(error)")
    }
  }
}
