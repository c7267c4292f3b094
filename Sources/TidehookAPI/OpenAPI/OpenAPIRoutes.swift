// The call that shows the API's own description.

import Hummingbird
import NIOCore

/// `/openapi.json`, without a key.
enum OpenAPIRoutes {
  static let operations = [show]

  static var routes: [Route] {
    [Route(show, { _ in Response(status: .ok, headers: [.contentType: "application/json"], body: document) })]
  }

  private static let document = ResponseBody(byteBuffer: ByteBuffer(bytes: OpenAPIDocument.bytes))

  private static let show = Operation(
    id: "showOpenAPI", method: .get, path: "/openapi.json", isOpen: true, summary: "This document.", answer: "Document")
}
