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

  /// The module without what imports the kit, on however many lines: the kit stands before it now.
  private static func withoutImport(_ app: [UInt8]) -> [UInt8] {
    guard let end = app.firstRange(of: Array("from \"./kit.js\";".utf8)) else { return app }
    guard let start = app[..<end.lowerBound].ranges(of: Array("import {".utf8)).last else { return app }
    return Array(app[..<start.lowerBound] + app[end.upperBound...])
  }
}
