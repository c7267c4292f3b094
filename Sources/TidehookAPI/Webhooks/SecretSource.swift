// What the API needs to know of secrets; how they are made and used is the signing module's business.

public import TidehookCore

/// Makes secrets, and writes them the way Standard Webhooks wants them.
public struct SecretSource: Sendable {
  let generate: @Sendable () throws -> Secret
  let standardForm: @Sendable (Secret) -> String

  /// - Parameters:
  ///   - generate: makes a new secret.
  ///   - standardForm: the text `whsec_` plus base 64 that stands for the same key.
  public init(generate: @escaping @Sendable () throws -> Secret, standardForm: @escaping @Sendable (Secret) -> String) {
    self.generate = generate
    self.standardForm = standardForm
  }
}
