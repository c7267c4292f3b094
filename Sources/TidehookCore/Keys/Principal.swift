// Who makes a request, and which namespaces that key may use.

/// The holder of an API key, as far as permissions and records are concerned.
public struct Principal: Sendable, Hashable {
  /// The key's name, which revisions keep as their maker.
  public let name: String
  /// The namespaces that it is limited to; `nil` for none of these limits.
  public let namespaces: [Namespace]?
  /// Whether it may use what concerns the whole gateway, such as keys and plugins.
  public let isAdmin: Bool

  /// Makes a principal without special rights.
  /// - Parameter namespaces: what it is limited to; `nil` lets it use every namespace.
  public init(name: String, namespaces: [Namespace]?) {
    self.init(name: name, namespaces: namespaces, isAdmin: false)
  }

  private init(name: String, namespaces: [Namespace]?, isAdmin: Bool) {
    self.name = name
    self.namespaces = namespaces
    self.isAdmin = isAdmin
  }

  /// The holder of the admin key.
  public static let admin = Principal(name: WebhookRevision.admin, namespaces: nil, isAdmin: true)

  /// Who calls what needs no key; sees nothing.
  public static let nobody = Principal(name: "nobody", namespaces: [])

  /// The namespace that is meant when none is named; `nil` unless there is exactly one.
  public var onlyNamespace: Namespace? { namespaces?.count == 1 ? namespaces?.first : nil }

  /// Whether it may use a namespace; `nil` stands for all of them at once, as in a webhook without one.
  public func mayUse(_ namespace: Namespace?) -> Bool {
    guard let namespaces else { return true }
    return namespace.map(namespaces.contains) ?? false
  }
}
