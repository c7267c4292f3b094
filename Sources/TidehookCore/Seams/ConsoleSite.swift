// What the API asks of the console: its files, and nothing else.

/// An answer of the console's site.
public struct SiteAnswer: Sendable, Hashable {
  /// The HTTP status.
  public var status: Int
  /// Its headers, those of security among them.
  public var headers: [HeaderField]
  /// Its body.
  public var body: [UInt8]

  /// Makes an answer of its parts.
  public init(status: Int, headers: [HeaderField], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// What the console's site has to know of a `GET`.
public struct SiteRequest: Sendable, Hashable {
  /// The path as it was sent, nothing decoded.
  public var path: String
  /// The value of `If-None-Match`.
  public var knownTag: String?
  /// Whether a link on another site led here: browsers then send no cookie that is `SameSite=Strict`, also where there is one.
  public var isFromElsewhere: Bool

  /// Makes a request of its parts.
  public init(path: String, knownTag: String? = nil, isFromElsewhere: Bool = false) {
    self.path = path
    self.knownTag = knownTag
    self.isFromElsewhere = isFromElsewhere
  }
}

/// Serves everything at and below `/console` that is no call of the API. Consumer: the API.
public protocol ConsoleSite: Sendable {
  /// The answer to a `GET`.
  /// - Parameter session: JSON that tells the page who is signed in; `nil` for nobody. Asked for when the page itself is served.
  func answer(to request: SiteRequest, session: () -> [UInt8]?) -> SiteAnswer
}
