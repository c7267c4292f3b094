// A request of somebody else's system to a source, exactly as it came.

/// What a sender sent to a source.
public struct InboundRequest: Sendable {
  /// The method in upper case.
  public var method: String
  /// The URL as the sender wrote it, as far as the request tells: scheme, host, path and query. Some providers sign it.
  public var url: String
  /// What follows the source's id in the path: empty, or with a leading slash.
  public var path: String
  /// The query without its question mark, percent-encoded as it came.
  public var query: String
  /// The headers in the order and spelling in which they came.
  public var headers: [HeaderField]
  /// The body's bytes.
  public var body: [UInt8]

  /// Makes a request of its parts.
  public init(
    method: String = "POST", url: String = "", path: String = "", query: String = "", headers: [HeaderField] = [], body: [UInt8] = []
  ) {
    self.method = method
    self.url = url
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
  }

  /// The value of the first header of that name, which is compared without regard to case.
  public func header(_ name: String) -> String? {
    let wanted = name.lowercased()
    return headers.first { $0.name.lowercased() == wanted }?.value
  }
}
