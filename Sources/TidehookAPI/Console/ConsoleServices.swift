// What is behind the console's own calls, and what a page is told of the session that it is in.

public import TidehookCore

/// The console's parts, where there is a console.
public struct ConsoleServices: Sendable {
  let site: any ConsoleSite
  let sessions: SessionBook
  private let version: String

  /// Makes it of its parts.
  /// - Parameter version: Tidehook's own, for people.
  public init(site: any ConsoleSite, sessions: SessionBook, version: String) {
    self.site = site
    self.sessions = sessions
    self.version = version
  }

  /// `{csrf, key, expires_at, version}`; `nil` for a caller with a key itself.
  func answer(for caller: Caller) -> JSONWriter? {
    guard let session = caller.session else { return nil }
    var json = JSONWriter(reserving: 256)
    json.beginObject()
    json.key("csrf")
    json.string(session.csrf)
    json.key("key")
    json.holder(caller.holder)
    json.key("expires_at")
    json.string(session.end.rfc3339)
    json.key("version")
    json.string(version)
    json.endObject()
    return json
  }
}

extension JSONWriter {
  /// Writes whose key it is: `{id, name, namespaces, admin}`.
  mutating func holder(_ holder: KeyHolder) {
    beginObject()
    key("id")
    string(holder.id?.description ?? Principal.admin.name)
    key("name")
    string(holder.principal.name)
    key("namespaces")
    if let namespaces = holder.principal.namespaces {
      beginArray()
      for namespace in namespaces { string(namespace.name) }
      endArray()
    } else {
      null()
    }
    key("admin")
    bool(holder.principal.isAdmin)
    endObject()
  }
}
