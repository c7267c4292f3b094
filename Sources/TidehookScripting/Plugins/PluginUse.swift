// Who runs which plugin: what a change of a plugin must not break.

import TidehookCore

/// A plugin as a webhook's pipeline or a source names it.
struct PluginUse: Sendable {
  /// Who names it: `webhook wh_…`, `source src_…`.
  let owner: String
  /// What it names.
  let stage: PluginStage
  /// Where it runs.
  let kind: PluginManifest.Kind

  /// The uses in the pipelines of webhooks.
  static func all(in webhooks: [Webhook]) -> [PluginUse] {
    webhooks.flatMap { webhook in
      webhook.pipeline.compactMap { stage in
        guard case .plugin(let use) = stage else { return nil }
        return PluginUse(owner: "webhook \(webhook.id)", stage: use, kind: .stage)
      }
    }
  }

  /// The uses in sources.
  static func all(in sources: [Source]) -> [PluginUse] {
    sources.compactMap { source in
      guard case .plugin(let use) = source.code else { return nil }
      return PluginUse(owner: "source \(source.id)", stage: use, kind: .source)
    }
  }
}
