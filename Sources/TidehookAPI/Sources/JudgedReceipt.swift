// What a request came to, before it is stored: a pure decision.

import HTTPTypes
import TidehookCore

/// A request with its state and answer, and the events that are to be published with it.
struct JudgedReceipt: Sendable {
  private(set) var receipt: Receipt
  private(set) var events: [PublishRequest] = []
  /// The sender's id, to be remembered for what is accepted, and looked up again for a repeat; `nil` for others, so that a sender can try again
  /// what was not accepted.
  private(set) var senderID: String?
  /// Whether its sender may be anybody: it was not verified.
  private(set) var isUnbelieved = false

  /// More events than this come from a mistake.
  private static let maximumEvents = Batch.maximumCount

  private init(_ receipt: Receipt) {
    self.receipt = receipt
  }

  /// A request that made events.
  init(_ receipt: Receipt, publishing events: [PublishRequest], _ senderID: String?) {
    self.init(receipt)
    self.events = events
    self.senderID = senderID
    self.receipt.state = .accepted
    self.receipt.answer = .accepted(events.count)
  }

  /// Its events, in the trace that its sender sent it in.
  var tracedEvents: [PublishRequest] {
    guard !events.isEmpty, let trace = TraceContext(receipt.request.headers) else { return events }
    return events.map { event in
      var event = event
      event.trace = trace
      return event
    }
  }

  /// A request that is an event as it is.
  static func event(_ event: PublishRequest, _ receipt: Receipt, _ senderID: String?) -> JudgedReceipt {
    guard event.namespace != .operational else { return broken(receipt, ownNamespace.message) }
    return JudgedReceipt(receipt, publishing: [event], senderID)
  }

  /// A request that the source's code decided about.
  static func decided(_ receipt: Receipt, _ result: ReceptionResult, of source: Source, _ senderID: String?) -> JudgedReceipt {
    var receipt = receipt
    receipt.log = result.log
    receipt.plugin = result.plugin
    switch result.reception {
    case .events(let list, let answer):
      do {
        var judged = JudgedReceipt(receipt, publishing: try events(list, of: source), senderID)
        judged.receipt.answer = answer ?? judged.receipt.answer
        return judged
      } catch {
        return broken(receipt, "receive returned what is no event: \(error.message)")
      }
    case .answered(let answer, let reason): return answered(receipt, answer, reason)
    case .failed(let message): return broken(receipt, message)
    }
  }

  private static func answered(_ receipt: Receipt, _ answer: InboundAnswer, _ reason: String?) -> JudgedReceipt {
    let isRefusal = answer.status >= 400
    var judged = JudgedReceipt(receipt)
    judged.receipt.state = isRefusal ? .rejected : .answered
    judged.receipt.answer = answer
    judged.receipt.reason = reason ?? (isRefusal ? "the source's code refused it with status \(answer.status)" : nil)
    return judged
  }

  /// A request that its source does not believe, or cannot judge: strangers learn nothing of the reasons of the latter.
  static func unverified(_ receipt: Receipt, _ failure: VerificationFailure) -> JudgedReceipt {
    var judged =
      failure.isOurs
      ? broken(receipt, failure.description, told: "the source is not ready to verify requests, try again later")
      : rejected(receipt, APIError(.unauthorized, failure.description))
    judged.isUnbelieved = true
    return judged
  }

  /// A request that the source's rules do not let in, whoever sent it.
  static func unwanted(_ receipt: Receipt, _ refusal: APIError) -> JudgedReceipt {
    var judged = rejected(receipt, refusal)
    judged.isUnbelieved = true
    return judged
  }

  /// A request that is refused; its sender learns why.
  static func rejected(_ receipt: Receipt, _ refusal: APIError) -> JudgedReceipt {
    var judged = JudgedReceipt(receipt)
    judged.receipt.state = .rejected
    judged.receipt.reason = refusal.message
    judged.receipt.answer = refusal.inboundAnswer(scheme: receipt.scheme)
    return judged
  }

  /// A request that came before.
  static func repeated(_ receipt: Receipt, _ earlier: EarlierReceipt, _ senderID: String) -> JudgedReceipt {
    var judged = JudgedReceipt(receipt)
    judged.senderID = senderID
    judged.receipt.repeats(earlier)
    return judged
  }

  /// A request that our side cannot take: the sender is to try again, and learns nothing else.
  private static func broken(
    _ receipt: Receipt, _ reason: String, told: String = "the request cannot be taken now, try again later"
  ) -> JudgedReceipt {
    var judged = rejected(receipt, APIError(.unavailable, told))
    judged.receipt.reason = reason
    return judged
  }

  private static let ownNamespace = APIError.unexpected(
    "namespace", "another one than Tidehook's own", got: quoted(Namespace.operational.name))

  private static func events(_ list: [UInt8], of source: Source) throws(APIError) -> [PublishRequest] {
    guard let view = try? JSONView(list, in: list.indices, maximumChildren: maximumEvents), view.kind == .array else {
      throw APIError(.invalidBody, "expected an array of events")
    }
    guard !view.hasMoreChildren else { throw APIError(.tooLarge, "expected at most \(maximumEvents) events") }
    var events: [PublishRequest] = []
    for (index, child) in view.children.enumerated() {
      do {
        let event = try EventDecoder.decode(list, in: child.value, ofSourceIn: source.namespace)
        guard event.namespace != .operational else { throw ownNamespace }
        events.append(event)
      } catch {
        throw APIError(.invalidBody, "event \(index + 1): \((error as? APIError)?.message ?? "\(error)")")
      }
    }
    return events
  }
}

extension APIError {
  /// The refusal as a source's answer, which is stored; a 401 names the way of its scheme.
  func inboundAnswer(scheme: VerificationScheme) -> InboundAnswer {
    var headers: [HeaderField] = []
    if !allowedMethods.isEmpty { headers.append(HeaderField("Allow", allowedMethods.joined(separator: ", "))) }
    // Code is not mended within a second.
    if code == .unavailable { headers.append(HeaderField("Retry-After", "60")) }
    if code == .unauthorized {
      let way = scheme == .basic ? "Basic" : scheme == .bearer ? "Bearer" : "Signature"
      headers.append(HeaderField("WWW-Authenticate", "\(way) realm=\"tidehook\""))
    }
    return InboundAnswer(status: code.status.code, headers: headers, body: json.bytes, contentType: "application/json")
  }
}
