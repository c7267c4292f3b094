// What the API needs to know of secrets; how they are made and used is the signing module's business.

public import TidehookCore

/// Makes secrets, judges them, and writes them the way Standard Webhooks wants them.
public struct SecretSource: Sendable {
  let generate: @Sendable () throws -> Secret
  let problem: @Sendable (Secret, [SigningScheme]) -> String?
  let standardForm: @Sendable (Secret) -> String

  /// - Parameters:
  ///   - generate: makes a new secret.
  ///   - problem: why requests cannot be signed with a secret by these schemes; `nil` when they can.
  ///   - standardForm: the text `whsec_` plus base 64 that stands for the same key.
  public init(
    generate: @escaping @Sendable () throws -> Secret, problem: @escaping @Sendable (Secret, [SigningScheme]) -> String?,
    standardForm: @escaping @Sendable (Secret) -> String
  ) {
    self.generate = generate
    self.problem = problem
    self.standardForm = standardForm
  }

  /// Throws unless a webhook's requests can be signed, and the password of its database is known.
  func check(_ webhook: Webhook) throws(APIError) {
    guard !webhook.url.isMasked else {
      let reason = "\(PostgresTarget.passwordMark) keeps the one that is stored for the same user, host, port and sslmode, and none is"
      throw APIError(.invalidURL, "url: expected the password itself: \(reason)", field: "url")
    }
    guard let problem = problem(webhook.secret, webhook.signing) else { return }
    throw APIError(.invalidField, "secret: expected one that can sign, but \(problem)", field: "secret")
  }
}
