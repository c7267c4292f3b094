// What changed from one revision of a webhook to another, as values; nothing in it shows a secret.

package import TidehookCore

/// The fields in which two configurations differ.
package struct WebhookDiff: Sendable {
  /// One field that differs.
  package struct Change: Sendable, Equatable {
    /// Where it stands: `url`, `retry.max_retries`, `pipeline[1].options.channel`.
    package let field: String
    /// What it was; `null` when it was not there.
    package let from: JSONValue
    /// What it is; `null` when it is not there.
    package let to: JSONValue
    /// Whether it is the text of a script on both sides, so that its lines can be compared.
    package let isScript: Bool

    /// Makes a change.
    package init(field: String, from: JSONValue, to: JSONValue, isScript: Bool = false) {
      self.field = field
      self.from = from
      self.to = to
      self.isScript = isScript
    }
  }

  /// The changes, in the order of a webhook's fields.
  package let changes: [Change]

  /// Compares two configurations: every field that a change can set, but for the secret, which revisions do not keep.
  package init(from old: Webhook, to new: Webhook, hiding options: SecretOptions) {
    let (mine, theirs) = (old.fields(hiding: options), new.fields(hiding: options))
    changes = mine.flatMap { member in
      switch member.key {
      case "pipeline": Self.stages(old.pipeline, new.pipeline, hiding: options)
      case "url": Self.url(old.url, new.url)
      default: Self.members(member.key, member.value, theirs.last { $0.key == member.key }?.value)
      }
    }
  }

  /// Compared with their passwords and shown without: that one was changed is seen, not what it was.
  private static func url(_ old: DestinationURL, _ new: DestinationURL) -> [Change] {
    old == new ? [] : [Change(field: "url", from: .string(old.description), to: .string(new.description))]
  }

  private static func members(_ path: String, _ old: JSONValue?, _ new: JSONValue?) -> [Change] {
    guard let members = old?.members, let others = new?.members else { return value(path, old, new) }
    let names = members.map(\.key) + others.map(\.key).filter { name in !members.contains { $0.key == name } }
    return names.flatMap { name in self.members("\(path).\(name)", old?[name], new?[name]) }
  }

  /// Compared as bytes: Swift takes texts for equal that differ in how accents are written.
  private static func value(_ path: String, _ old: JSONValue?, _ new: JSONValue?) -> [Change] {
    let (from, to) = (old ?? .null, new ?? .null)
    return from.bytes == to.bytes ? [] : [Change(field: path, from: from, to: to)]
  }

  private static func stages(_ old: [PipelineStage], _ new: [PipelineStage], hiding options: SecretOptions) -> [Change] {
    (0..<max(old.count, new.count)).flatMap { index in
      stage("pipeline[\(index)]", index < old.count ? old[index] : nil, index < new.count ? new[index] : nil, hiding: options)
    }
  }

  private static func stage(_ path: String, _ old: PipelineStage?, _ new: PipelineStage?, hiding secrets: SecretOptions) -> [Change] {
    switch (old, new) {
    case (.script(let from, let mine), .script(let to, let theirs)):
      let isSame = from.utf8.elementsEqual(to.utf8)
      return (isSame ? [] : [Change(field: path + ".script", from: .string(from), to: .string(to), isScript: true)])
        + (mine == theirs ? [] : [Change(field: path + ".cases", from: mine.value, to: theirs.value)])
    case (.plugin(let from), .plugin(let to)) where from.name == to.name:
      return options("\(path).options", from, to, hiding: secrets)
    case (_?, _?), (_?, nil), (nil, _?), (nil, nil):
      return [Change(field: path, from: old?.json(hiding: secrets) ?? .null, to: new?.json(hiding: secrets) ?? .null)]
    }
  }

  /// Secrets are compared as they are and shown hidden: that one was changed is seen, not what it was.
  private static func options(_ path: String, _ old: PluginStage, _ new: PluginStage, hiding secrets: SecretOptions) -> [Change] {
    let (from, to) = (secrets.masked(old), secrets.masked(new))
    let names = (old.options.members ?? []).map(\.key) + (new.options.members ?? []).map(\.key).filter { old.options[$0] == nil }
    return names.flatMap { name in
      value("\(path).\(name)", old.options[name], new.options[name]).map {
        Change(field: $0.field, from: from[name] ?? .null, to: to[name] ?? .null)
      }
    }
  }
}

extension Webhook {
  /// What a change can set, but for the secret, as answers show it.
  fileprivate func fields(hiding options: SecretOptions) -> [JSONValue.Member] {
    var bare = self
    bare.access = EndpointAccess()
    var json = JSONWriter(reserving: 1024)
    json.beginObject()
    json.configuration(of: bare, hiding: options)
    json.endObject()
    let written = try? JSONValue(parsing: json.bytes)
    return written?.members?.filter { $0.key != "script" } ?? []
  }
}
