// Why a secret or a message cannot be used for signing.

/// Why a secret cannot be used, or a signature cannot be made. No case and no description holds the secret.
public enum SigningError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The secret is empty, or nothing is left of it after `whsec_`.
  case secretEmpty
  /// The secret has more than `SigningSecret.maximumLength` bytes.
  case secretTooLong
  /// The secret has a control character, most likely a line feed that was copied along.
  case secretHasControlCharacter
  /// The secret starts with `whsec_`, but what follows is not base64.
  case secretNotBase64
  /// The id of the message is empty or has a period, which Standard Webhooks forbids.
  case messageIDNotSignable
  /// A source's secret or rule cannot be used; the field is named as in the API: `secrets[0]`, `verify.header`.
  case unusable(field: String, expected: String, got: String)
  /// OpenSSL refused; the text is its own reason.
  case library(String)

  /// The reason in one line, lower case, without a full stop.
  public var description: String {
    switch self {
    case .secretEmpty: "the secret is empty"
    case .secretTooLong: "the secret is longer than \(SigningSecret.maximumLength) bytes"
    case .secretHasControlCharacter: "the secret has a control character"
    case .secretNotBase64: "the secret starts with whsec_ but what follows is not base64"
    case .messageIDNotSignable: "the message id is empty or has a period, which Standard Webhooks cannot sign"
    case .unusable(let field, let expected, let got): "\(field): expected \(expected), got \(got)"
    case .library(let reason): "openssl: \(reason)"
    }
  }

  /// The reason without dynamic text, for metrics.
  public var label: String {
    switch self {
    case .secretEmpty: "secret_empty"
    case .secretTooLong: "secret_too_long"
    case .secretHasControlCharacter: "secret_control_character"
    case .secretNotBase64: "secret_not_base64"
    case .messageIDNotSignable: "message_id_not_signable"
    case .unusable: "unusable"
    case .library: "library"
    }
  }

  /// The field of a source that is to blame, as the API names it; `nil` when the error is not about a source's field.
  public var field: String? {
    if case .unusable(let field, _, _) = self { field } else { nil }
  }
}
