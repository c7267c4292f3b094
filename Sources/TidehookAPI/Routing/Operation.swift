// What one call of the API is: the routes are matched by it, and the OpenAPI document is made from it.

import HTTPTypes

extension Operation {
  /// Every call there is.
  static let all =
    WebhookRoutes.operations + WebhookTestRoutes.operations + SigningKeyRoutes.operations + RevisionRoutes.operations
    + PluginRoutes.operations + DryRunRoutes.operations + EventRoutes.operations + DeliveryRoutes.operations
    + DeliveryGroupRoutes.operations + DeliveryExport.operations + StudioRoutes.operations + ReplayRoutes.operations
    + Mem0Routes.operations + SourceRoutes.operations + ReceiptRoutes.operations + InboundRoutes.operations
    + KeyRoutes.operations + HealthRoutes.operations + StatisticsRoutes.operations + OverviewRoutes.operations + MetricsRoutes.operations
    + ConsoleRoutes.operations + TailRoutes.operations + AboutRoutes.operations + OpenAPIRoutes.operations
}

/// One call: method, path and what it takes. The handler is bound to it in a ``Route``.
struct Operation: Sendable {
  /// The name of the call, for logs and generated clients.
  let id: String
  /// The method.
  let method: HTTPRequest.Method
  /// The path; `{id}`, or another name in braces, stands for one segment.
  let path: String
  /// Other spellings of the path that are answered alike, because a redirect would break clients.
  var aliases: [String] = []
  /// Whose manners it has.
  var dialect = Dialect.native
  /// Whether it needs no key.
  var isOpen = false
  /// Whether it takes every method, every path below its own and every query: what is sent there is not ours to define.
  var takesAnything = false
  /// Whether it is for every key, because it shows and changes only what is in the key's namespaces; all others are the admin key's.
  var isScoped = false
  /// What it does, in one line.
  let summary: String
  /// The query parameters that it knows: all others are refused.
  var query: [QueryParameter] = []
  /// The name of its body's schema; empty when it takes no body.
  var body = ""
  /// Whether the body may be left out.
  var isBodyOptional = false
  /// The status of its success.
  var success = 200
  /// The name of the schema of its answer; empty when the answer has no body.
  let answer: String
  /// Whether its answer has an `ETag`, the revision.
  var isTagged = false
  /// Whether it takes `If-Match`.
  var isConditional = false
}

/// A query parameter.
struct QueryParameter: Sendable {
  /// The name.
  let name: String
  /// What it does, in one line.
  let summary: String

  init(_ name: String, _ summary: String) {
    self.name = name
    self.summary = summary
  }
}
