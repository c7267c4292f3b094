// A source as answers show it.

import TidehookCore

extension JSONWriter {
  /// Writes a source without its secrets and those of its plugin.
  /// - Parameter secret: the secret, when Tidehook made it for this answer.
  mutating func source(_ source: Source, hiding options: SecretOptions, secret: Secret? = nil) {
    beginObject()
    key("id")
    string(source.id.description)
    key("name")
    string(source.name)
    code(source.code, hiding: options)
    key("namespace")
    optional(source.namespace?.name)
    key("verify")
    value(source.verify.json)
    key("secret_count")
    integer(source.secrets.count)
    key("dedupe")
    value(source.dedupe?.json ?? .null)
    key("methods")
    value(.array(source.methods.map { .string($0) }))
    key("content_types")
    value(.array(source.contentTypes.map { .string($0) }))
    key("max_body_bytes")
    integer(source.maxBodyBytes)
    key("rate_limit")
    value(source.rateLimit?.json ?? .null)
    key("active")
    bool(source.isActive)
    key("url")
    string("/in/\(source.id)")
    key("revision")
    integer(source.revision)
    key("created_at")
    string(source.createdAt.rfc3339)
    key("updated_at")
    string(source.updatedAt.rfc3339)
    if let secret {
      key("secret")
      string(secret.revealed)
    }
    endObject()
  }

  /// Writes `plugin` and `options`, or `script`, or nothing.
  private mutating func code(_ code: SourceCode, hiding options: SecretOptions) {
    switch code {
    case .body: break
    case .plugin(let plugin):
      key("plugin")
      string(plugin.name)
      key("options")
      value(options.masked(plugin))
    case .script(let script):
      key("script")
      string(script)
    }
  }
}
