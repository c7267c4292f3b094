// Signs as the senders of ``SignedTimedBody`` do.

import TidehookCore

/// Signs the present time and the body with a private key.
struct TimedBodySigner: InboundSigner {
  let form: SignedTimedBody.Form
  let key: PrivateKey

  func sign(_ request: inout InboundRequest, messageID: String, at now: Timestamp) throws(SigningError) {
    let timestamp = String(now.seconds)
    let signature = try key.sign(Array(timestamp.utf8) + request.body)
    request.setHeader(form.timestampHeader, timestamp)
    request.setHeader(form.header, form.encoding.encode(signature))
  }
}
