// The schemes whose signature is one keyed hash in a header of its own.

import TidehookCore

/// What such a scheme signs and where its signature stands.
struct HeaderScheme: Sendable {
  /// Behind the name of a signature's header: the header of the signature by the secret before the present one.
  static let previousSuffix = "-Previous"

  /// Which one it is.
  let scheme: SigningScheme
  /// The header; Mem0's receivers look for either of two.
  let forms: [SignatureForm]
  /// What is signed.
  let template: SignedTemplate
  /// The header that holds the signed time.
  var timestampHeader: String?
  /// The header that holds the signed id.
  var idHeader: String?

  /// The description of a scheme; `nil` for those of another kind.
  init?(_ scheme: SigningScheme) throws(SigningError) {
    self.scheme = scheme
    switch scheme {
    case .standard, .standardEd25519, .stripe: return nil
    case .rem: (forms, template) = ([.rem], try SignedTemplate("{body}"))
    case .mem0: (forms, template) = ([.mem0Bare, .mem0], try SignedTemplate("{body}"))
    case .github: (forms, template) = ([.github], try SignedTemplate("{body}"))
    case .shopify: (forms, template) = ([.shopify], try SignedTemplate("{body}"))
    case .slack:
      (forms, template) = ([.slack], try SignedTemplate("v0:{timestamp}:{body}"))
      timestampHeader = SlackRequests.timestampHeader
    case .custom(let signing):
      let rule = signing.rule
      let form = SignatureForm(
        header: signing.header, prefix: rule.prefix ?? "", encoding: rule.encoding ?? .hex, algorithm: rule.algorithm ?? .sha256)
      (forms, template) = ([form], try SignedTemplate(rule.template ?? "{body}"))
      (timestampHeader, idHeader) = (rule.timestampHeader, rule.idHeader)
    }
  }

  /// The hash.
  var algorithm: HashAlgorithm { forms.first?.algorithm ?? .sha256 }

  /// The text that is signed, in pieces.
  func text(id: String, timestamp: String, body: [UInt8]) -> [[UInt8]] {
    template.pieces { place in
      switch place {
      case .body: body
      case .timestamp: Array(timestamp.utf8)
      case .id: Array(id.utf8)
      case .method, .url, .path: []
      }
    }
  }

  /// Whether headers carry such a signature, right or wrong.
  func isPresent(in headers: ReceivedHeaders) -> Bool { forms.contains { !Self.values(of: $0, in: headers).isEmpty } }

  /// The signatures of a form: by the present secret and by the one before.
  static func values(of form: SignatureForm, in headers: ReceivedHeaders) -> [String] {
    [headers[form.header], headers[form.header + previousSuffix]].compactMap(\.self)
  }
}
