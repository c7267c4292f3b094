// The two modules of the first page as one, which saves it a request. Pages import the kit by its own name, and get that same module.

/// How `app.js` and `kit.js` are served.
enum FirstModule {
  private static let alias = Array("export * from \"./app.js\";\n".utf8)

  /// The bytes to serve at a path.
  /// - Parameter read: the bytes of a file as it is in the repository; `nil` when there is none.
  static func bytes(at path: String, read: (String) -> [UInt8]?) -> [UInt8]? {
    guard path == "app.js" || path == "kit.js" else { return read(path) }
    guard let app = read("app.js"), let kit = read("kit.js") else { return nil }
    return path == "kit.js" ? alias : kit + withoutImport(app)
  }

  /// The module without the line that imports the kit, which stands before it now.
  private static func withoutImport(_ app: [UInt8]) -> [UInt8] {
    let (start, end) = (Array("import {".utf8), Array("} from \"./kit.js\";".utf8))
    let lines = app.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return Array(
      lines.filter { !($0.starts(with: start) && $0.suffix(end.count).elementsEqual(end)) }.joined(separator: [UInt8(ascii: "\n")]))
  }
}
