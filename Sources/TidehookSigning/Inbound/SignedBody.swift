// Requests whose signature is a keyed hash of the body and nothing else.

import TidehookCore

/// One header, one hash of the body.
struct SignedBody: InboundVerifier, InboundSigner {
  private let form: SignatureForm
  private let keys: HMACKeys

  init(_ secrets: [Secret], _ form: SignatureForm) throws(SigningError) {
    self.form = form
    keys = try HMACKeys(secrets, form.algorithm)
  }

  func verify(_ request: InboundRequest, at now: Timestamp) throws(VerificationFailure) {
    let signature = try form.read(request)
    guard try keys.match([signature], request.body) else { throw .mismatch("a signature", in: "header \(form.header)") }
  }

  func sign(_ request: inout InboundRequest, messageID: String, at now: Timestamp) throws(SigningError) {
    form.write(try keys.code(for: request.body), to: &request)
  }
}
