// How rows become values; the columns are those of the queries that say so.

import TidehookCore

extension SQLRow {
  /// An event in the columns `key, entropy, id, type, namespace, timestamp_us, accepted_at_us, payload, trace, erased_at_us`, from
  /// `start`.
  func event(_ start: Int) -> Event {
    Event(
      key: id(start), id: EventID(stored: text(start + 2)), type: EventType(stored: text(start + 3)),
      namespace: Namespace(stored: text(start + 4)), timestamp: time(start + 5), acceptedAt: time(start + 6), payload: bytes(start + 7),
      trace: optionalText(start + 8).flatMap(TraceContext.init(stored:)), erasedAt: optionalTime(start + 9))
  }

  /// A delivery that may be attempted, in the columns of ``dueColumns``.
  func dueDelivery(of webhook: WebhookID) -> DueDelivery {
    var delivery = DueDelivery(
      id: DeliveryID(id(0)), webhook: webhook, event: event(5), attemptCount: Int(integer(2)), earlierAttempts: Int(integer(3)),
      roundBeganAt: time(18), trigger: AttemptTrigger(code: integer(4)), pinned: pin(15))
    delivery.isOrdered = !isNull(17)
    return delivery
  }

  /// A delivery in the columns of ``deliveryColumns``.
  func delivery() -> Delivery {
    let state = DeliveryState(code: integer(6))
    let due = state.isOpen ? optionalInteger(9) : nil
    let drop = drop(7, in: state)
    var delivery = Delivery(
      id: DeliveryID(id(0)), eventID: EventID(stored: text(2)), eventType: EventType(stored: text(3)), webhookID: WebhookID(id(4)),
      state: state, reason: drop?.reason,
      // What is held keeps it for the time when it is tried again.
      failure: state == .dead || state == .retrying ? optionalText(14).flatMap(FailureKind.init) : nil, attemptCount: Int(integer(8)),
      nextAttemptAt: OrderTurn.due(due),
      createdAt: time(10), updatedAt: time(11), batch: isNull(12) ? nil : BatchID(id(12)))
    delivery.waitsForTurn = due != nil && delivery.nextAttemptAt == nil
    delivery.erasedAt = optionalTime(15)
    delivery.droppedBy = drop?.stage
    return delivery
  }

  /// A delivery's reason, with the stage that gave it where it was filtered.
  func drop(_ column: Int, in state: DeliveryState) -> PipelineDrop? {
    optionalText(column).map { state == .filtered ? ReasonText.read($0) : PipelineDrop($0) }
  }

  /// An attempt in the columns of ``attemptColumns``.
  func attempt() -> Attempt {
    Attempt(
      id: AttemptID(id(0)), number: Int(integer(2)), trigger: AttemptTrigger(code: integer(3)), revision: Int(integer(4)),
      plugins: plugins(22), startedAt: time(5), durationMicroseconds: integer(6), phases: phases(7), failure: failure(11),
      request: request(13), response: response(17), drop: attemptDrop(11), log: text(21))
  }

  /// The same without headers, bodies and log, which are not read.
  func abridgedAttempt() -> Attempt {
    Attempt(
      id: AttemptID(id(0)), number: Int(integer(2)), trigger: AttemptTrigger(code: integer(3)), revision: Int(integer(4)),
      plugins: plugins(22), startedAt: time(5), durationMicroseconds: integer(6), phases: phases(7), failure: failure(11),
      request: optionalText(13).map { SentRequest(method: $0, url: text(14), headers: [], body: []) },
      response: optionalInteger(17).map { ReceivedResponse(status: Int($0), isTruncated: true) }, drop: attemptDrop(11))
  }

  /// The versions that a replay asked for, in two columns from `start`.
  func pin(_ start: Int) -> PinnedVersions? {
    optionalInteger(start).map { PinnedVersions(revision: Int($0), plugins: PluginText.read(text(start + 1))) }
  }

  private func plugins(_ column: Int) -> [PluginVersion] { optionalText(column).map(PluginText.read) ?? [] }

  private func phases(_ start: Int) -> ExchangePhases? {
    optionalInteger(start + 3).map { total in
      ExchangePhases(
        resolve: optionalInteger(start), connect: optionalInteger(start + 1), firstByte: optionalInteger(start + 2), total: total)
    }
  }

  private func failure(_ start: Int) -> AttemptFailure? {
    optionalText(start).map { AttemptFailure(FailureKind(rawValue: $0) ?? .malformed, text(start + 1)) }
  }

  /// What a message without a kind of failure is: why the pipeline dropped the event.
  private func attemptDrop(_ start: Int) -> PipelineDrop? {
    isNull(start) ? optionalText(start + 1).map(ReasonText.read) : nil
  }

  private func request(_ start: Int) -> SentRequest? {
    optionalText(start).map { method in
      SentRequest(method: method, url: text(start + 1), headers: HeaderText.read(text(start + 2)), body: optionalBytes(start + 3))
    }
  }

  private func response(_ start: Int) -> ReceivedResponse? {
    optionalInteger(start).map { status in
      ReceivedResponse(
        status: Int(status), headers: HeaderText.read(text(start + 1)), body: bytes(start + 2), isTruncated: integer(start + 3) != 0)
    }
  }
}

extension Attempt {
  /// How many bytes its headers, bodies and log are when it is shown; what it sent may be the event's payload.
  func shownBytes(payload: [UInt8]) -> Int {
    let fields = (request?.headers ?? []) + (response?.headers ?? [])
    let sent = request.map { $0.body ?? payload }?.count ?? 0
    return fields.reduce(sent + (response?.body.count ?? 0) + log.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count }
  }
}

/// What `SQLRow.event` reads, of a table or alias `e`.
let eventColumns = "e.key, e.entropy, e.id, e.type, e.namespace, e.timestamp_us, e.accepted_at_us, e.payload, e.trace, e.erased_at_us"

/// What `SQLRow.delivery` reads, of `deliveries d`, `events e` and `webhooks w`.
let deliveryColumns = """
  d.key, d.entropy, e.id, e.type, w.key, w.entropy, d.state, d.reason, d.attempt_count, d.due_at_us, d.created_at_us, d.updated_at_us,
  d.batch_id, d.batch_entropy, d.failure, e.erased_at_us
  """

/// What `SQLRow.dueDelivery` reads, of `deliveries d` and `events e`.
let dueColumns = """
  d.key, d.entropy, d.attempt_count, d.earlier_attempts, d.next_trigger, \(eventColumns), d.pin_revision, d.pin_plugins,
  d.order_key, COALESCE(d.round_began_us, d.created_at_us)
  """

/// What `SQLRow.attempt` reads, of `attempts`.
let attemptColumns = """
  key, entropy, number, trigger_code, revision, started_at_us, duration_us, resolve_us, connect_us, first_byte_us, exchange_us,
  failure_kind, failure_message, request_method, request_url, request_headers, request_body, response_status, response_headers,
  response_body, response_is_truncated, log, plugins
  """
