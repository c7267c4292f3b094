// The call that tells what this gateway is.

import Hummingbird
import TidehookCore

/// What there is some number of.
struct AboutCounts: Sendable {
  let registry: any WebhookRegistry
  let sources: SourceDirectory
  let plugins: any PluginCatalog
  let keys: KeyRing
  let feed: EventFeed

  /// Everything here is in memory already: nothing is counted in the store.
  func json(for principal: Principal) -> JSONValue {
    [
      "webhooks": .integer(Int64(registry.webhooks().count { principal.mayUse($0.namespace) })),
      "sources": .integer(Int64(sources.sources().count { principal.mayUse($0.namespace) })),
      "plugins": .integer(Int64(plugins.plugins().count)),
      "keys": principal.isAdmin ? .integer(Int64(keys.keys().count)) : .null,
      "streams": principal.isAdmin ? .integer(Int64(feed.count)) : .null,
    ]
  }
}

/// `/v1/about`.
struct AboutRoutes: Sendable {
  let about: About
  let counts: AboutCounts
  let limits: APILimits
  let time: any TimeSource

  var routes: [Route] { [Route(Self.about, show)] }

  private func show(_ request: APIRequest) throws -> Response {
    let principal = request.principal
    let uptime = (time.now().microseconds - about.startedAt.microseconds) / 1_000_000
    let value: JSONValue = [
      "version": .string(about.version), "started_at": .string(about.startedAt.rfc3339), "uptime_secs": .integer(max(0, uptime)),
      "store": store(for: principal), "counts": counts.json(for: principal), "limits": shownLimits, "settings": settings(for: principal),
      "retention": retention(for: principal),
    ]
    var json = JSONWriter(reserving: 1024)
    json.raw(value.bytes)
    return .json(json)
  }

  private func store(for principal: Principal) -> JSONValue {
    let store = about.store
    return [
      "kind": .string(store.kind), "schema_version": .integer(store.schemaVersion), "path": principal.isAdmin ? .string(store.path) : .null,
      "size_bytes": Self.bytes(store.size, for: principal), "free_bytes": Self.bytes(store.free, for: principal),
    ]
  }

  private static func bytes(_ size: () -> Int64?, for principal: Principal) -> JSONValue {
    (principal.isAdmin ? size() : nil).map { .integer($0) } ?? .null
  }

  private var shownLimits: JSONValue {
    [
      "body_bytes": .integer(Int64(limits.bodyBytes)), "batch_bytes": .integer(Int64(limits.batchBytes)),
      "batch_events": .integer(Int64(Batch.maximumCount)), "head_bytes": .integer(Int64(limits.headBytes)),
      "rate_limit_per_minute": .integer(Int64(about.rateLimit.count)), "script": about.scriptLimits,
    ]
  }

  private func settings(for principal: Principal) -> JSONValue {
    let folder = JSONValue.Member("plugins_folder", principal.isAdmin ? .string(about.pluginsFolder) : .null)
    return .object((about.settings.members ?? []) + [folder])
  }
}

extension AboutRoutes {
  static let operations = [about]

  private static let about = Operation(
    id: "about", method: .get, path: "/v1/about", isScoped: true,
    summary: "What this gateway is: version, store, limits, settings, and how much there is.", answer: "About")
}
