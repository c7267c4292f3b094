// How answers are made: one buffer, and header sets that are built once.

import HTTPTypes
import Hummingbird
import NIOCore
import TidehookCore

extension Response {
  private static let jsonHeaders: HTTPFields = [.contentType: "application/json"]

  /// An answer with a JSON body.
  static func json(_ json: JSONWriter, status: HTTPResponse.Status = .ok) -> Response { .json(json.bytes, status: status) }

  /// An answer with a document that is ready.
  static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
    Response(status: status, headers: jsonHeaders, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
