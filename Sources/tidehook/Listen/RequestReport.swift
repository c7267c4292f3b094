// Prints received requests.

import TidehookCore
import TidehookSigning

/// Writes requests to an output, each in one piece, from any thread.
struct RequestReport: Sendable {
  /// How a request is printed.
  enum Format: Sendable {
    /// For people, with its JSON laid out.
    case pretty
    /// For people, with its body as it came.
    case compact
    /// One JSON object to a line.
    case json
  }

  /// How much of a body a person is shown.
  private static let shownBodyBytes = 16 * 1024

  private let format: Format
  private let output: Terminal

  init(format: Format, output: Terminal) {
    self.format = format
    self.output = output
  }

  /// Prints one request.
  func write(_ request: ReceivedRequest, _ verdicts: [(scheme: String, verdict: SchemeVerdict)]) {
    switch format {
    case .json: output.writeLine(json(request, verdicts))
    case .pretty, .compact: output.write(text(request, verdicts))
    }
  }

  /// Prints what became of a request that was passed on: for machines only a failure, and that on standard error.
  func write(_ outcome: Forwarder.Outcome) {
    switch (format, outcome.failure) {
    case (_, let failure?): Terminal.standardError.write("tidehook: \(SafeText.line(failure))\n")
    case (.json, nil): break
    case (.pretty, nil), (.compact, nil):
      let isGood = (200..<300).contains(outcome.answer.status)
      let status = output.styled(String(outcome.answer.status), isGood ? .good : .bad)
      let request = SafeText.line("\(outcome.request.method) \(outcome.request.path)")
      output.write("  answered \(status) in \(outcome.milliseconds) ms  \(request)\n\n")
    }
  }

  private func json(_ request: ReceivedRequest, _ verdicts: [(scheme: String, verdict: SchemeVerdict)]) -> [UInt8] {
    var writer = JSONWriter(reserving: request.body.count + 1024)
    writer.beginObject()
    writer.member("received_at", request.receivedAt.rfc3339)
    writer.member("method", request.method)
    writer.member("path", request.path)
    writer.key("headers")
    writer.beginObject()
    for (name, value) in Self.merged(request.headers) { writer.member(name, value) }
    writer.endObject()
    if let text = String(validating: request.body, as: UTF8.self) {
      writer.member("body", text)
    } else {
      writer.member("body_base64", Base64.encode(request.body))
    }
    writer.key("signature")
    writer.beginObject()
    for (scheme, verdict) in verdicts { writer.member(scheme, verdict.rawValue) }
    writer.endObject()
    writer.endObject()
    return writer.bytes
  }

  private func text(_ request: ReceivedRequest, _ verdicts: [(scheme: String, verdict: SchemeVerdict)]) -> String {
    let time = String(request.receivedAt.rfc3339.dropFirst(11))
    // Most schemes are used only by webhooks that ask for them: that they are missing would be noise.
    let usual = SigningScheme.defaults.map(\.name)
    let shown = verdicts.filter { usual.contains($0.scheme) || $0.verdict != .missing }
    let signatures = shown.map { output.styled("\($0.scheme) \($0.verdict.rawValue)", $0.verdict.style) }
    let facts = [
      output.styled(time, .dim), output.styled(SafeText.line("\(request.method) \(request.path)"), .bold),
      "\(request.body.count) bytes", signatures.joined(separator: ", "),
    ]
    var text = facts.filter { !$0.isEmpty }.joined(separator: "  ") + "\n"
    for header in request.headers where !Self.isOrdinary(header.name) {
      text += "  " + output.styled("\(SafeText.line(header.name)):", .dim) + " \(SafeText.line(header.value))\n"
    }
    for line in body(request.body).split(separator: "\n") { text += "  \(line)\n" }
    return text + "\n"
  }

  private func body(_ body: [UInt8]) -> String {
    guard body.count <= Self.shownBodyBytes else {
      let start = SafeText.block(String(decoding: body.prefix(Self.shownBodyBytes), as: UTF8.self))
      return start + "\n… (\(body.count) bytes; --json shows all)"
    }
    guard let text = String(validating: body, as: UTF8.self) else { return "(not text: \(Base64.encode(body)))" }
    guard format == .pretty, let value = try? JSONValue(parsing: body) else { return SafeText.block(text) }
    return SafeText.block(JSONLayout.text(value))
  }

  /// Headers of one name joined, as RFC 9110, section 5.3 allows, so that an object can hold them.
  private static func merged(_ headers: [HeaderField]) -> [(String, String)] {
    var merged: [(name: String, value: String)] = []
    for header in headers {
      if let index = merged.firstIndex(where: { $0.name.lowercased() == header.name.lowercased() }) {
        merged[index].value += ", " + header.value
      } else {
        merged.append((header.name, header.value))
      }
    }
    return merged
  }

  /// Headers that say nothing about a webhook.
  private static func isOrdinary(_ name: String) -> Bool {
    ["host", "connection", "content-length", "transfer-encoding", "accept", "accept-encoding"].contains(name.lowercased())
  }
}

extension SchemeVerdict {
  /// The colour of a verdict.
  fileprivate var style: Style {
    switch self {
    case .valid: .good
    case .invalid: .bad
    case .missing, .unchecked, .stale: .waiting
    }
  }
}

extension JSONWriter {
  /// Writes a member whose value is a string.
  fileprivate mutating func member(_ name: String, _ value: String) {
    key(name)
    string(value)
  }
}
