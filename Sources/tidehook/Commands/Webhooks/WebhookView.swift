// Shows one webhook.

import TidehookCore

/// A webhook, for people or as JSON.
struct WebhookView {
  private let answer: JSONAnswer
  private let options: ClientOptions

  init(_ answer: JSONAnswer, _ options: ClientOptions) {
    self.answer = answer
    self.options = options
  }

  /// Writes it to standard output.
  func write() {
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    let webhook = answer.value
    var facts = FactSheet()
    facts.add("id", webhook["id"]?.stringValue, .bold)
    facts.add("name", webhook["name"]?.stringValue)
    facts.add("url", webhook["url"]?.stringValue)
    facts.add("events", webhook.texts("events"))
    facts.add("namespace", webhook["namespace"]?.stringValue ?? "every one")
    let isActive = webhook["active"]?.boolValue ?? true
    facts.add("active", isActive ? "yes" : "no: its events wait", isActive ? .good : .waiting)
    facts.add("disabled", disabled(webhook["disabled"]), .bad)
    facts.add("verified", webhook.time("verified_at"))
    facts.add("failing", failing(webhook["failing"], isActive: isActive), .bad)
    facts.add("held", held(webhook), .waiting)
    facts.add("signing", signing(webhook["signing"]))
    facts.add("public key", webhook["public_key"]?.stringValue)
    facts.add("former secret", webhook.time("previous_secret_expires_at").map { "signs until \($0)" })
    facts.add("former public key", webhook.time("previous_public_key_expires_at").map { "signs until \($0)" })
    facts.add("secret", webhook["secret"]?.stringValue, .accent)
    facts.add("standard secret", webhook["standard_secret"]?.stringValue, .accent)
    facts.add("headers", webhook["headers"]?.headerLines)
    facts.add("auth", webhook["auth"]?.settings)
    facts.add("certificates", certificates(webhook["tls"]))
    facts.add("proxy", webhook["proxy"]?.stringValue)
    facts.add("retry", webhook["retry"]?.settings)
    facts.add("tries", RetryTimes.text(webhook["retry_schedule_secs"]))
    facts.add("timeout", webhook["timeout_secs"].map { "\(JSONLayout.text($0)) s" })
    facts.add("in flight", webhook["max_in_flight"].map { "at most \(JSONLayout.text($0))" })
    facts.add("sample", webhook["sample"]?.doubleValue.map { "\(JSONLayout.text(.double($0))) of the events" })
    facts.add("rate limit", webhook["rate_limit"]?.settings)
    facts.add("ordering", ordering(webhook["ordering"]))
    facts.add("breaker", breaker(webhook), webhook["breaker_state"]?.stringValue == "closed" ? .good : .waiting)
    facts.add("backs off", webhook.time("backoff_until").map { "until \($0) UTC: the receiver asked for less" }, .waiting)
    facts.add("paused", webhook.time("rate_limited_until").map { "until \($0) UTC: its rate limit is used up" }, .waiting)
    facts.add("batch", webhook["batch"]?.settings)
    facts.add("handshake", handshake(webhook))
    facts.add("revision", webhook["revision"].map(JSONLayout.text))
    facts.add("created", webhook.time("created_at"))
    facts.add("updated", webhook.time("updated_at"))
    facts.add("pipeline", pipeline(webhook["pipeline"]))
    facts.add("cases", cases(webhook["pipeline"]))
    facts.write(to: Terminal.standardOutput)
    remindOfSecret(webhook)
  }

  /// Whether it delivers, and what keeps it from that, in a few words.
  static func state(_ webhook: JSONValue) -> (text: String, style: Style) {
    guard webhook["active"]?.boolValue ?? true else {
      let isPaused = webhook["disabled"]?["reason"]?.stringValue ?? "request" == "request"
      let since = (webhook["disabled"]?.time("at")).map { " since \($0)" } ?? ""
      return isPaused ? ("paused\(since)", .waiting) : ("disabled\(since)", .bad)
    }
    switch webhook["breaker_state"]?.stringValue {
    case "open"?: return ("breaker open", .bad)
    case "half_open"?: return ("breaker half open", .waiting)
    default: return webhook["backoff_until"]?.stringValue == nil ? ("yes", .good) : ("backs off", .waiting)
    }
  }

  private func breaker(_ webhook: JSONValue) -> String? {
    guard let state = webhook["breaker_state"]?.stringValue, let settings = webhook["breaker"]?.settings else { return nil }
    let since = webhook.time("breaker_since").map { " since \($0) UTC" } ?? ""
    return "\(state.replacing("_", with: " "))\(since) (\(settings))"
  }

  private func ordering(_ ordering: JSONValue?) -> String? {
    if let path = ordering?["key"]?.stringValue { return "one after another for each \(path)" }
    return ordering?.stringValue == "fifo" ? "one after another" : nil
  }

  /// The schemes' names; one that the webhook describes also has its header.
  private func signing(_ schemes: JSONValue?) -> String? {
    schemes?.elements?.map { scheme in
      scheme.stringValue ?? [scheme["scheme"], scheme["header"]].compactMap { $0?.stringValue }.joined(separator: " ")
    }.joined(separator: ", ")
  }

  /// Which certificates there are; the texts themselves are for programs.
  private func certificates(_ tls: JSONValue?) -> String? {
    guard let tls, tls.members != nil else { return nil }
    let parts = [("client_certificate", "shows its own"), ("ca", "trusts another authority")]
    return parts.filter { tls[$0.0]?.stringValue != nil }.map(\.1).joined(separator: ", ")
  }

  private func handshake(_ webhook: JSONValue) -> String? {
    guard let state = webhook["handshake_state"]?.stringValue else { return nil }
    guard let rate = webhook["allowed_rate"]?.integerValue else { return state }
    return "\(state), \(rate) requests per minute"
  }

  private func disabled(_ disabled: JSONValue?) -> String? {
    guard let message = disabled?["message"]?.stringValue else { return nil }
    return [disabled?.time("at"), message].compactMap { $0 }.joined(separator: " ")
  }

  private func failing(_ failing: JSONValue?, isActive: Bool) -> String? {
    guard let since = failing?.time("since"), let failures = failing?["failures"]?.integerValue else { return nil }
    let end = isActive ? failing?.time("disables_at").map { "; inactive from \($0) if that goes on" } ?? "" : ""
    return "since \(since), \(failures == 1 ? "1 attempt" : "\(failures) attempts")\(end)"
  }

  private func held(_ webhook: JSONValue) -> String? {
    guard let count = webhook["held_count"]?.integerValue, count > 0 else { return nil }
    if webhook["held_count_capped"]?.boolValue == true { return "\(count) deliveries or more" }
    return count == 1 ? "1 delivery" : "\(count) deliveries"
  }

  /// A script alone is shown as it is; of several stages each has its number.
  private func pipeline(_ stages: JSONValue?) -> String? {
    guard let stages = stages?.elements else { return nil }
    if stages.count == 1, let script = stages[0]["script"]?.stringValue { return script }
    return stages.enumerated().map { "\($0 + 1). \(stage($1))" }.joined(separator: "\n")
  }

  /// How many cases the scripts have: those themselves are with `--json`.
  private func cases(_ stages: JSONValue?) -> String? {
    let count = (stages?.elements ?? []).reduce(0) { $0 + ($1["cases"]?.elements?.count ?? 0) }
    return count > 0 ? "\(count)" : nil
  }

  private func stage(_ stage: JSONValue) -> String {
    guard let plugin = stage["plugin"]?.stringValue else {
      let lines = (stage["script"]?.stringValue ?? "").split(separator: "\n", omittingEmptySubsequences: false)
      return "script\n" + lines.map { "   \($0)" }.joined(separator: "\n")
    }
    return stage["options"]?.members?.isEmpty == false ? "\(plugin) \(stage["options"]?.plainText ?? "")" : plugin
  }

  private func remindOfSecret(_ webhook: JSONValue) {
    guard webhook["secret"]?.stringValue != nil else { return }
    Terminal.standardError.write("keep the secret: it is not shown again\n")
  }
}
