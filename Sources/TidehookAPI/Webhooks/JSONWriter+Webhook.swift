// A webhook as answers show it.

import TidehookCore

extension JSONWriter {
  /// Writes a webhook without its secret.
  mutating func webhook(_ webhook: Webhook) {
    beginObject()
    members(of: webhook)
    endObject()
  }

  /// Writes a webhook with what its owner must know of a secret that is new.
  /// - Parameters:
  ///   - secret: the secret, when Tidehook made it.
  ///   - standardSecret: what verifiers of Standard Webhooks take, when it is not the secret itself.
  mutating func webhook(_ webhook: Webhook, secret: Secret?, standardSecret: String?) {
    beginObject()
    members(of: webhook)
    if let secret {
      key("secret")
      string(secret.revealed)
    }
    if let standardSecret {
      key("standard_secret")
      string(standardSecret)
    }
    endObject()
  }

  private mutating func members(of webhook: Webhook) {
    key("id")
    string(webhook.id.description)
    key("name")
    string(webhook.name)
    key("url")
    string(webhook.url.description)
    key("events")
    strings(webhook.events.map(\.description))
    key("namespace")
    optional(webhook.namespace?.name)
    key("active")
    bool(webhook.isActive)
    pipeline(webhook.pipeline)
    key("signing")
    strings(webhook.signing.map(\.rawValue))
    key("headers")
    headers(webhook.headers)
    key("retry")
    retry(webhook.retry)
    key("timeout_secs")
    number(webhook.timeoutSeconds)
    key("max_in_flight")
    integer(webhook.maxInFlight)
    key("revision")
    integer(webhook.revision)
    key("created_at")
    string(webhook.createdAt.rfc3339)
    key("updated_at")
    string(webhook.updatedAt.rfc3339)
  }

  /// Writes `pipeline`, and `script` beside it when it is one script.
  private mutating func pipeline(_ stages: [PipelineStage]) {
    key("pipeline")
    beginArray()
    for stage in stages {
      beginObject()
      switch stage {
      case .script(let source):
        key("script")
        string(source)
      case .plugin(let plugin):
        key("plugin")
        string(plugin.name)
        key("options")
        value(plugin.options)
      }
      endObject()
    }
    endArray()
    guard stages.count == 1, case .script(let source) = stages[0] else { return }
    key("script")
    string(source)
  }

  private mutating func retry(_ policy: RetryPolicy) {
    beginObject()
    key("max_retries")
    integer(policy.maxRetries)
    key("initial_delay_secs")
    number(policy.initialDelaySeconds)
    key("multiplier")
    number(policy.multiplier)
    key("max_delay_secs")
    number(policy.maxDelaySeconds)
    key("jitter")
    number(policy.jitter)
    endObject()
  }

  private mutating func strings(_ texts: [String]) {
    beginArray()
    for text in texts { string(text) }
    endArray()
  }
}
