import CLuaSandbox
import TidehookCore

// What the C side hands over is copied at once: it is valid only until the next call.

extension sandbox_text {
  init(_ bytes: UnsafeRawBufferPointer) {
    self.init(bytes: bytes.baseAddress?.assumingMemoryBound(to: CChar.self), len: bytes.count)
  }

  var rawBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : len) }
  var string: String { String(decoding: rawBytes, as: UTF8.self) }
  var optionalString: String? { bytes == nil ? nil : string }
}

extension sandbox_entry {
  init(_ entry: ScriptEntry) {
    switch entry {
    case .stage: self = SANDBOX_STAGE
    case .response: self = SANDBOX_RESPONSE
    case .receive: self = SANDBOX_RECEIVE
    case .filter: self = SANDBOX_FILTER
    case .batch: self = SANDBOX_BATCH
    }
  }
}

extension ScriptError {
  init(_ fault: sandbox_fault) {
    self.init(
      code: Code(fault.code), message: fault.message.string, line: fault.line > 0 ? Int(fault.line) : nil,
      traceback: fault.traceback.string)
  }
}

extension ScriptError.Code {
  init(_ code: sandbox_code) {
    switch code {
    case SANDBOX_COMPILE: self = .compile
    case SANDBOX_INSTRUCTIONS: self = .instructions
    case SANDBOX_CPU_TIME: self = .cpuTime
    case SANDBOX_MEMORY: self = .memory
    case SANDBOX_OUTPUT: self = .output
    case SANDBOX_RESULT: self = .result
    default: self = .runtime
    }
  }
}

extension ScriptResult {
  init(_ result: sandbox_result, of entry: ScriptEntry) {
    self.init(
      verdict: ScriptVerdict(result, of: entry), log: result.log.string,
      usage: ScriptUsage(
        instructions: Int(clamping: result.instructions), cpuTime: .nanoseconds(Int64(clamping: result.cpu_ns)),
        memoryBytes: result.memory_bytes))
  }
}

extension ScriptVerdict {
  init(_ result: sandbox_result, of entry: ScriptEntry) {
    switch result.verdict {
    case SANDBOX_UNTOUCHED: self = .untouched
    case SANDBOX_DROPPED: self = .dropped(reason: result.body.string)
    case SANDBOX_JUDGED: self = .judged(ResponseJudgement(rawValue: result.body.string), reason: result.reason.optionalString)
    case SANDBOX_REJECTED: self = .rejected(InboundAnswer(result))
    case SANDBOX_JSON where entry == .receive:
      self = .events([UInt8](result.body.rawBytes), answer: result.has_answer ? InboundAnswer(result) : nil)
    case SANDBOX_JSON: self = .body([UInt8](result.body.rawBytes), isJSON: true, RequestOverrides(result))
    case SANDBOX_BYTES: self = .body([UInt8](result.body.rawBytes), isJSON: false, RequestOverrides(result))
    default: self = .failed(ScriptError(result.fault))
    }
  }
}

extension RequestOverrides {
  init(_ result: sandbox_result) {
    self.init(
      method: result.method.optionalString, url: result.url.optionalString, headers: result.headerFields,
      contentType: result.content_type.optionalString)
  }
}

extension InboundAnswer {
  /// A table is JSON and a string plain text, unless the script says otherwise.
  init(_ result: sandbox_result) {
    let usual = result.answer_is_json ? "application/json" : "text/plain; charset=utf-8"
    self.init(
      status: Int(result.status), headers: result.headerFields, body: [UInt8](result.answer.rawBytes),
      contentType: result.content_type.optionalString ?? (result.answer.len > 0 ? usual : nil))
  }
}

extension sandbox_result {
  fileprivate var headerFields: [HeaderField] {
    UnsafeBufferPointer(start: headers, count: headers == nil ? 0 : header_count).map { HeaderField($0.name.string, $0.value.string) }
  }
}
