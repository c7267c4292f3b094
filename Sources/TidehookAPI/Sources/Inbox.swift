// From a request to what is kept of it and told to its sender: verify, look for a repeat, run the source's code, commit.

import TidehookCore

/// Takes what sources receive. Whatever is decided about a request is stored before its sender is told.
struct Inbox: Sendable {
  let receiver: any RequestReceiver
  let history: any ReceiptHistory
  let publisher: any ReceiptPublisher
  let alarm: RejectionAlarm
  let time: any TimeSource
  let ids: IDGenerator
  private let verification = VerificationThread()

  init(
    receiver: any RequestReceiver, history: any ReceiptHistory, publisher: any ReceiptPublisher, alarm: RejectionAlarm,
    time: any TimeSource, ids: IDGenerator
  ) {
    self.receiver = receiver
    self.history = history
    self.publisher = publisher
    self.alarm = alarm
    self.time = time
    self.ids = ids
  }

  /// Takes a request that a source's rules of size and rate let in. Of many that are not believed only some are stored.
  func take(_ request: InboundRequest, for active: ActiveSource, at now: Timestamp) async throws(StoreError) -> Receipt {
    let source = active.source
    let receipt = Receipt(
      id: InboundRequestID(ids.next()), source: source.id, revision: source.revision, receivedAt: now, request: request,
      scheme: source.verify.scheme, secretPlaces: source.verify.secretPlaces)
    let judged = try await judge(receipt, active, at: now)
    if judged.isUnbelieved, !active.keepsRefusal(at: now) { return judged.receipt }
    return try await commit(judged, replaces: nil, source, at: now)
  }

  /// Takes a request again, as if it came at its time to the source as it is now.
  func takeAgain(_ earlier: Receipt, for active: ActiveSource) async throws(StoreError) -> Receipt {
    let now = time.now()
    let source = active.source
    var receipt = Receipt(
      id: earlier.id, source: source.id, revision: source.revision, receivedAt: earlier.receivedAt, request: earlier.request,
      scheme: source.verify.scheme,
      secretPlaces: earlier.secretPlaces + source.verify.secretPlaces.filter { !earlier.secretPlaces.contains($0) })
    receipt.rerunAt = now
    return try await commit(try await judge(receipt, active, at: now), replaces: earlier.state, source, at: now)
  }

  private func commit(
    _ judged: JudgedReceipt, replaces earlier: ReceiptState?, _ source: Source, at now: Timestamp
  ) async throws(StoreError) -> Receipt {
    let until = now + .seconds(source.dedupe?.windowSeconds ?? 0)
    let new = NewReceipt(judged.receipt, at: now, dedupe: judged.senderID.map { ($0, until) }, replaces: earlier)
    let receipt = try await publisher.publish(new, events: judged.tracedEvents)
    if receipt.state == .rejected { alarm.note(receipt, of: source, at: now) }
    return receipt
  }

  private func judge(_ receipt: Receipt, _ active: ActiveSource, at now: Timestamp) async throws(StoreError) -> JudgedReceipt {
    let source = active.source
    if let refusal = refusal(of: receipt.request, source) { return .unwanted(receipt, refusal) }
    let isOpen = openMethods(of: source).contains(receipt.request.method)
    if !isOpen {
      do throws(VerificationFailure) {
        try await verification.verify(receipt.request, with: active.verifier, at: receipt.receivedAt)
      } catch {
        return .unverified(receipt, error)
      }
    }
    let id = isOpen ? nil : source.dedupe?.id(of: receipt.request)
    if let id {
      guard id.utf8.count <= DedupeRule.longestID else {
        return .rejected(receipt, APIError(.invalidBody, "expected an id of at most \(DedupeRule.longestID) bytes, got \(id.utf8.count)"))
      }
      if let earlier = try await history.earlier(id, at: source.id, now: now) { return .repeated(receipt, earlier, id) }
    }
    if case .body = source.code { return .event(BodyEvent.request(receipt.request, of: source), receipt, id) }
    let result = await receiver.receive(receipt.request, for: source, isVerified: !isOpen, at: receipt.receivedAt)
    return .decided(receipt, result, of: source, id)
  }

  /// Whether requests of a method have a body: of others there is nothing that somebody would want to run again.
  static func hasBody(_ method: String) -> Bool { !["GET", "HEAD", "OPTIONS", "DELETE"].contains(method) }

  /// What a source says against a method; `nil` for one that it takes, those of its provider's handshakes included.
  func refusal(of method: String, _ source: Source) -> APIError? {
    let methods = source.methods + openMethods(of: source).filter { !source.methods.contains($0) }
    guard !methods.contains(method) else { return nil }
    return APIError(.methodNotAllowed, "expected \(methods.joined(separator: " or ")), got \(quoted(method))", allowedMethods: methods)
  }

  /// What a source's rules of method and media type say against a request.
  private func refusal(of request: InboundRequest, _ source: Source) -> APIError? {
    if let refusal = refusal(of: request.method, source) { return refusal }
    guard !source.contentTypes.isEmpty, Self.hasBody(request.method) else { return nil }
    let types = request.headers.filter { $0.name.lowercased() == "content-type" }.map(\.value)
    let type = types.isEmpty ? nil : types.joined(separator: ", ")
    if let type, source.contentTypes.contains(MediaType.essence(type)) { return nil }
    let message = "expected Content-Type \(source.contentTypes.joined(separator: " or ")), got \(type.map { quoted($0) } ?? "none")"
    return APIError(.unsupportedMediaType, message, field: "Content-Type")
  }

  /// The methods of its provider's handshakes, which nobody signs.
  private func openMethods(of source: Source) -> [String] {
    if case .plugin(let stage) = source.code { receiver.preset(of: stage.name)?.openMethods ?? [] } else { [] }
  }
}
