// What the API needs to know of secrets; how they are made and used is the signing module's business.

public import TidehookCore

/// Makes secrets, judges them and certificates, and writes them the way Standard Webhooks wants them.
public struct SecretSource: Sendable {
  let generate: @Sendable () throws -> Secret
  let signingKey: @Sendable (Secret?) throws(JSONProblem) -> SigningKey
  let problem: @Sendable (Webhook) -> JSONProblem?
  let standardForm: @Sendable (Secret) -> String
  let webKey: @Sendable (String) -> JSONValue?
  let tlsProblem: @Sendable (EndpointTLS, Timestamp) -> JSONProblem?

  /// - Parameters:
  ///   - generate: makes a new secret.
  ///   - signingKey: makes the key pair of a private key, or a new one; a problem is one of the field `signing_key`.
  ///   - problem: why a webhook's requests cannot be signed, and which field is to blame; `nil` when they can.
  ///   - standardForm: the text `whsec_` plus base 64 that stands for the same key.
  ///   - webKey: the JSON Web Key of a public key.
  ///   - tlsProblem: why connections cannot be made with these certificates at that time; `nil` when they can.
  public init(
    generate: @escaping @Sendable () throws -> Secret, signingKey: @escaping @Sendable (Secret?) throws(JSONProblem) -> SigningKey,
    problem: @escaping @Sendable (Webhook) -> JSONProblem?, standardForm: @escaping @Sendable (Secret) -> String,
    webKey: @escaping @Sendable (String) -> JSONValue?,
    tlsProblem: @escaping @Sendable (EndpointTLS, Timestamp) -> JSONProblem? = { _, _ in nil }
  ) {
    self.generate = generate
    self.signingKey = signingKey
    self.problem = problem
    self.standardForm = standardForm
    self.webKey = webKey
    self.tlsProblem = tlsProblem
  }

  /// The key pair of a private key, or a new one.
  func keyPair(_ privateKey: Secret?) throws(APIError) -> SigningKey {
    do throws(JSONProblem) {
      return try signingKey(privateKey)
    } catch {
      throw APIError(.invalidField, error.description, field: error.path)
    }
  }

  /// Throws unless connections can be made with these certificates.
  func check(_ tls: EndpointTLS?, at now: Timestamp) throws(APIError) {
    guard let tls, let problem = tlsProblem(tls, now) else { return }
    throw APIError(.invalidField, problem.within("tls"))
  }

  /// Throws unless a webhook's requests can be signed, and the password of its database is known.
  func check(_ webhook: Webhook) throws(APIError) {
    guard !webhook.url.isMasked else {
      let reason = "\(PostgresTarget.passwordMark) keeps the one that is stored for the same user, host, port and sslmode, and none is"
      throw APIError(.invalidURL, "url: expected the password itself: \(reason)", field: "url")
    }
    guard let problem = problem(webhook) else { return }
    throw APIError(.invalidField, problem.description, field: problem.path)
  }
}
