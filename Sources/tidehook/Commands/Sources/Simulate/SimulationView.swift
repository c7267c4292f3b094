// Shows a simulated request and what was answered.

import TidehookCore
import TidehookSigning

/// An exchange, for people or as JSON.
struct SimulationView {
  private let simulated: SimulatedRequest
  private let answer: ReceivedResponse

  init(_ simulated: SimulatedRequest, _ answer: ReceivedResponse) {
    self.simulated = simulated
    self.answer = answer
  }

  /// Writes it to standard output.
  func write(asJSON: Bool) {
    if asJSON { return Terminal.standardOutput.writeLine(json.bytes) }
    let output = Terminal.standardOutput
    let isGood = (200..<300).contains(answer.status)
    let request = simulated.request
    output.write("\(request.method) \(SafeText.line(request.url)) \(output.styled("\(simulated.provider) \(simulated.event)", .dim))\n")
    output.write(output.styled(String(answer.status), isGood ? .good : .bad) + "\n")
    if let text = Self.text(answer.body) { output.write(SafeText.block(text) + "\n") }
  }

  private var json: JSONValue {
    let request = simulated.request
    return [
      "provider": .string(simulated.provider), "event": .string(simulated.event),
      "request": [
        "method": .string(request.method), "url": .string(request.url), "headers": Self.object(request.headers),
        "body": Self.body(request.body),
      ],
      "response": ["status": .integer(Int64(answer.status)), "headers": Self.object(answer.headers), "body": Self.body(answer.body)],
    ]
  }

  private static func object(_ headers: [HeaderField]) -> JSONValue {
    .object(headers.map { JSONValue.Member($0.name, .string($0.value)) })
  }

  /// A text as it is, other bytes as an object with their base64.
  private static func body(_ bytes: [UInt8]) -> JSONValue {
    String(validating: bytes, as: UTF8.self).map { .string($0) } ?? ["base64": .string(Base64.encode(bytes))]
  }

  /// The answer laid out for people; `nil` when there is none.
  private static func text(_ body: [UInt8]) -> String? {
    guard !body.isEmpty else { return nil }
    if let value = try? JSONValue(parsing: body) { return JSONLayout.text(value) }
    return String(validating: body, as: UTF8.self) ?? "(\(body.count) bytes that are no text)"
  }
}
