// An answer to a sender as bytes: a line with the status and one with the media type, the headers, an empty line, the body.

import TidehookCore

/// Writes and reads what senders are told.
enum AnswerBytes {
  /// The answer as a value of a row.
  static func write(_ answer: InboundAnswer) -> [UInt8] {
    Array("\(answer.status)\n\(HeaderText.write([HeaderField("", answer.contentType ?? "")] + answer.headers))\n".utf8) + answer.body
  }

  /// Reads what ``write(_:)`` wrote.
  static func read(_ bytes: [UInt8]) -> InboundAnswer {
    let newline = UInt8(ascii: "\n")
    let end = bytes.indices.dropLast().first { bytes[$0] == newline && bytes[$0 + 1] == newline } ?? bytes.count
    let head = bytes[..<end]
    let status = head.prefix { $0 != newline }
    let headers = HeaderText.read(String(decoding: head.dropFirst(status.count + 1), as: UTF8.self))
    return InboundAnswer(
      status: Int(String(decoding: status, as: UTF8.self)) ?? 200, headers: Array(headers.dropFirst()),
      body: Array(bytes.dropFirst(end + 2)),
      contentType: headers.first.flatMap { $0.value.isEmpty ? nil : $0.value })
  }
}
