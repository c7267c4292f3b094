// The generic keyed hash, for providers that Tidehook does not know by name.

import TidehookCore

/// A header with a keyed hash of what the rule's template says.
///
/// Several signatures may stand in the header, separated by commas or spaces; any may match.
struct HMACRequests: InboundVerifier, InboundSigner {
  private let form: SignatureForm
  private let template: SignedTemplate
  private let timestampHeader: String?
  private let idHeader: String?
  private let publicURL: String?
  private let keys: HMACKeys
  private let freshness: FreshTimestamp
  /// Where the URL is signed, several spellings of it are tried, each with the whole body.
  private static let mostBytesBesideURL = 1 << 20

  init(_ secrets: [Secret], _ rule: VerificationRule) throws(SigningError) {
    form = SignatureForm(
      header: try rule.requiredHeader("the name of the header that holds the signature"), prefix: rule.prefix ?? "",
      encoding: rule.encoding ?? .hex, algorithm: rule.algorithm ?? .sha256)
    template = try SignedTemplate(rule.template ?? "{body}")
    timestampHeader = try Self.header(rule.timestampHeader, "verify.timestamp_header", for: .timestamp, in: template)
    idHeader = try Self.header(rule.idHeader, "verify.id_header", for: .id, in: template)
    publicURL = rule.url
    keys = try HMACKeys(secrets, form.algorithm)
    freshness = try FreshTimestamp(rule)
  }

  func verify(_ request: InboundRequest, at now: Timestamp) throws(VerificationFailure) {
    let signatures = try signatures(of: request)
    let timestamp = try timestampHeader.map { name throws(VerificationFailure) in try request.single(name) } ?? ""
    let place = "header \(timestampHeader ?? "")"
    let time = timestampHeader == nil ? nil : try freshness.read(timestamp, in: place)
    let id = try idHeader.map { name throws(VerificationFailure) in try request.single(name) } ?? ""
    guard try isSigned(request, signatures, timestamp: timestamp, id: id) else {
      throw .mismatch("a signature", in: "header \(form.header)")
    }
    if let time { try freshness.check(time, in: place, at: now) }
  }

  func sign(_ request: inout InboundRequest, messageID: String, at now: Timestamp) throws(SigningError) {
    let timestamp = String(now.seconds)
    if let timestampHeader { request.setHeader(timestampHeader, timestamp) }
    if let idHeader { request.setHeader(idHeader, messageID) }
    let text = signedText(request, url: publicURL ?? request.url, timestamp: timestamp, id: messageID)
    form.write(try keys.code(for: text), to: &request)
  }

  private func signatures(of request: InboundRequest) throws(VerificationFailure) -> [[UInt8]] {
    let value = try request.single(form.header)
    let isList = !form.prefix.contains { $0 == "," || $0 == " " }
    let texts = isList ? value.split { $0 == "," || $0 == " " } : [value[...]]
    guard texts.count <= SignatureList.mostSignatures else {
      throw .expected("at most \(SignatureList.mostSignatures) signatures in header \(form.header)", got: "\(texts.count)")
    }
    let signatures = texts.compactMap(form.decode)
    guard !signatures.isEmpty else { throw form.malformed(value) }
    return signatures
  }

  private func isSigned(
    _ request: InboundRequest, _ signatures: [[UInt8]], timestamp: String, id: String
  ) throws(VerificationFailure) -> Bool {
    let urls = urls(of: request)
    guard urls.count == 1 || request.body.count <= Self.mostBytesBesideURL else {
      throw .expected(
        "a body of at most \(Self.mostBytesBesideURL) bytes where the template has {url}", got: "\(request.body.count) bytes")
    }
    for url in urls {
      if try keys.match(signatures, signedText(request, url: url, timestamp: timestamp, id: id)) { return true }
    }
    return false
  }

  /// The URLs to try; one when the template has none, or only its path, which is the same in all.
  private func urls(of request: InboundRequest) -> [String] {
    guard template.contains(.url) else { return [publicURL ?? request.url] }
    return PublicURL.candidates(request, publicURL: publicURL)
  }

  private func signedText(_ request: InboundRequest, url: String, timestamp: String, id: String) -> [UInt8] {
    template.filled { place in
      switch place {
      case .body: request.body
      case .timestamp: Array(timestamp.utf8)
      case .id: Array(id.utf8)
      case .method: Array(request.method.utf8)
      case .url: Array(url.utf8)
      case .path: Array((PublicURL(url)?.path ?? "").utf8)
      }
    }
  }

  /// A header and its place in the template need each other: what is not signed proves nothing.
  private static func header(
    _ name: String?, _ field: String, for place: SignedTemplate.Place, in template: SignedTemplate
  ) throws(SigningError) -> String? {
    guard let name else {
      guard !template.contains(place) else {
        throw .unusable(field: field, expected: "the name of a header, since the template has {\(place.rawValue)}", got: "none")
      }
      return nil
    }
    guard template.contains(place) else {
      throw .unusable(field: "verify.template", expected: "{\(place.rawValue)} in it, since \(field) is set", got: "a text without it")
    }
    return name
  }
}
