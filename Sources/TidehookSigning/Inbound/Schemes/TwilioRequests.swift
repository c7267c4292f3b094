// Twilio.

import TidehookCore

/// `X-Twilio-Signature`: HMAC-SHA1 in base64; the key is the account's auth token.
///
/// Of a form, the URL is signed, followed by the parameters sorted by name and value, repeats left out, each as name and value without anything
/// between them. Of any other body, the URL alone is signed; its parameter `bodySHA256` holds the body's hash.
struct TwilioRequests: InboundVerifier, InboundSigner {
  private static let form = SignatureForm(header: "X-Twilio-Signature", encoding: .base64, algorithm: .sha1)
  private static let formType = "application/x-www-form-urlencoded"
  private static let hashParameter = "bodySHA256"
  /// Twilio's forms have some dozen short parameters; sorting is work that is done before the sender is known.
  private static let mostFormBytes = 256 * 1024
  private static let mostParameters = 500
  private let keys: HMACKeys
  private let publicURL: String?

  init(_ secrets: [Secret], _ rule: VerificationRule) throws(SigningError) {
    keys = try HMACKeys(secrets, .sha1)
    publicURL = rule.url
    guard publicURL.map({ PublicURL($0) != nil }) ?? true else {
      throw .unusable(field: "verify.url", expected: "an absolute http or https URL", got: "something else")
    }
  }

  func verify(_ request: InboundRequest, at now: Timestamp) throws(VerificationFailure) {
    let signature = try Self.form.read(request)
    let parameters = try Self.signedParameters(of: request)
    for url in PublicURL.candidates(request, publicURL: publicURL) {
      if try keys.match([signature], parameters, after: Array(url.utf8)) { return }
    }
    throw .expected(
      "a signature in header \(Self.form.header) that belongs to the source's secret, to the body and to the URL that the provider calls",
      got: "another one; behind a proxy, set verify.url")
  }

  func sign(_ request: inout InboundRequest, messageID: String, at now: Timestamp) throws(SigningError) {
    var parameters: [UInt8] = []
    var signedURL = publicURL ?? request.url
    if request.mediaType == Self.formType {
      parameters = Self.concatenation(FormBody(request.body))
    } else if !request.body.isEmpty {
      let added = "\(Self.hashParameter)=\(Hex.encode(try Digest.sha256(request.body)))"
      Self.append(added, to: &signedURL)
      Self.append(added, to: &request.url)
      request.query += (request.query.isEmpty ? "" : "&") + added
    }
    Self.form.write(try keys.code(for: parameters, after: Array(signedURL.utf8)), to: &request)
  }

  private static func append(_ parameter: String, to url: inout String) {
    url += (url.contains("?") ? "&" : "?") + parameter
  }

  /// What is signed behind the URL. A body that the signature would not cover is refused.
  private static func signedParameters(of request: InboundRequest) throws(VerificationFailure) -> [UInt8] {
    if request.mediaType == formType {
      guard request.body.count <= mostFormBytes else {
        throw .expected("a form of at most \(mostFormBytes) bytes", got: "\(request.body.count)")
      }
      let form = FormBody(request.body)
      guard form.parameters.count <= mostParameters else {
        throw .expected("a form of at most \(mostParameters) parameters", got: "\(form.parameters.count)")
      }
      return concatenation(form)
    }
    guard let hash = hashParameter(of: request) else {
      guard request.body.isEmpty else { throw .expected("a form, or \(hashParameter) in the query", got: "neither") }
      return []
    }
    let digest = try VerificationFailure.unlessWrong { () throws(SigningError) in try Digest.sha256(request.body) }
    guard constantTimeEquals(hash, digest) else {
      throw .expected("a body that \(hashParameter) in the query is the hash of", got: "another body")
    }
    return []
  }

  private static func concatenation(_ form: FormBody) -> [UInt8] {
    let sorted = Set(form.parameters).sorted {
      $0.name == $1.name ? $0.value.lexicographicallyPrecedes($1.value) : $0.name.lexicographicallyPrecedes($1.name)
    }
    return sorted.flatMap { $0.name + $0.value }
  }

  private static func hashParameter(of request: InboundRequest) -> [UInt8]? {
    let parameter = FormBody(Array(request.query.utf8)).parameters.first { $0.name.elementsEqual(hashParameter.utf8) }
    return parameter.map { Hex.decode(String(decoding: $0.value, as: UTF8.self)) ?? [] }
  }
}
