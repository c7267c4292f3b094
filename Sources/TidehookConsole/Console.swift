// The web console as a site: a page, its files, and the headers that keep them from harm. It speaks only to the HTTP API.

public import TidehookCore

/// Serves the console below `/console/`.
public struct Console: ConsoleSite {
  private let files: ConsoleFiles

  /// Makes the site.
  /// - Parameter folder: where to read the files for each request, for those who work on them; `nil` for those inside the binary.
  public init(folder: String? = nil) {
    files = folder.map { .folder($0) } ?? .shipped
  }

  /// The answer to a `GET`.
  public func answer(to request: SiteRequest, session: () -> [UInt8]?) -> SiteAnswer {
    let path = request.path
    // Seen from `/console`, so that it is right also where a proxy puts something before it.
    guard path != "/console" else { return Self.answer(308, [HeaderField("Location", "console/")]) }
    let name = path.hasPrefix("/console/") ? String(path.dropFirst("/console/".count)) : ""
    if name.isEmpty || name == "index.html" { return page(session(), isFromElsewhere: request.isFromElsewhere) }
    guard let file = files.file(name) else { return Self.missing }
    let caching = [HeaderField("ETag", file.tag), HeaderField("Cache-Control", "no-cache")]
    if file.isKnown(by: request.knownTag) { return Self.answer(304, caching) }
    return Self.answer(200, caching + [HeaderField("Content-Type", file.mediaType)], file.bytes)
  }

  private func page(_ session: [UInt8]?, isFromElsewhere: Bool) -> SiteAnswer {
    guard let file = files.file("index.html") else { return Self.missing }
    let headers = [HeaderField("Content-Type", file.mediaType), HeaderField("Cache-Control", "no-store")]
    let told = session ?? (isFromElsewhere ? SessionMeta.unknown : nil)
    return Self.answer(200, headers, told.map { SessionMeta.fill(file.bytes, with: $0) } ?? file.bytes)
  }

  private static let missing = answer(
    404, [HeaderField("Content-Type", "text/plain; charset=utf-8")], Array("there is no such file in the console\n".utf8))

  private static func answer(_ status: Int, _ headers: [HeaderField], _ body: [UInt8] = []) -> SiteAnswer {
    SiteAnswer(status: status, headers: headers + SecurityHeaders.all, body: body)
  }
}
