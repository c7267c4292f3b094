import Foundation
import Testing
import TidehookConsole
import TidehookCore

@Suite struct ConsoleTests {
  private func get(
    _ path: String, knowing tag: String? = nil, fromElsewhere: Bool = false, session: String? = nil, from console: Console = Console()
  ) -> SiteAnswer {
    console.answer(to: SiteRequest(path: path, knownTag: tag, isFromElsewhere: fromElsewhere)) { session.map { Array($0.utf8) } }
  }

  private func header(_ name: String, of answer: SiteAnswer) -> String? { answer.headers.first { $0.name == name }?.value }

  private func text(_ answer: SiteAnswer) -> String { String(decoding: answer.body, as: UTF8.self) }

  @Test func theFrontDoorLeadsToThePage() {
    let answer = get("/console")
    #expect(answer.status == 308 && header("Location", of: answer) == "console/")
    for path in ["/console/", "/console/index.html"] {
      let page = get(path)
      #expect(page.status == 200 && header("Content-Type", of: page) == "text/html; charset=utf-8")
      #expect(header("Cache-Control", of: page) == "no-store" && header("ETag", of: page) == nil)
    }
  }

  @Test func everyAnswerCarriesTheHeadersOfSecurity() {
    let policy =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
      + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    for path in ["/console", "/console/", "/console/app.js", "/console/nothing"] {
      let answer = get(path)
      #expect(header("Content-Security-Policy", of: answer) == policy, "\(path)")
      #expect(header("X-Content-Type-Options", of: answer) == "nosniff" && header("Referrer-Policy", of: answer) == "no-referrer")
      #expect(header("Cross-Origin-Opener-Policy", of: answer) == "same-origin" && header("Permissions-Policy", of: answer) != nil)
    }
  }

  @Test(arguments: [("app.js", "text/javascript; charset=utf-8"), ("style.css", "text/css; charset=utf-8")])
  func filesAreAskedForAgainAndSentOnce(name: String, type: String) throws {
    let file = get("/console/\(name)")
    #expect(file.status == 200 && !file.body.isEmpty && header("Content-Type", of: file) == type)
    #expect(header("Cache-Control", of: file) == "no-cache")
    let tag = try #require(header("ETag", of: file))
    for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
      let again = get("/console/\(name)", knowing: known)
      #expect(again.status == 304 && again.body.isEmpty && header("ETag", of: again) == tag, "\(known)")
    }
    #expect(get("/console/\(name)", knowing: "\"other\"").status == 200)
  }

  @Test func theFirstPageIsOneModuleAndPagesGetTheKitFromIt() {
    for console in [Console(), Console(folder: "Sources/TidehookConsole/Assets")] {
      let module = text(get("/console/app.js", from: console))
      #expect(module.contains("export function table(") && module.contains("async function overview("))
      #expect(!module.contains(#"from "./kit.js""#))
      #expect(text(get("/console/kit.js", from: console)) == "export * from \"./app.js\";\n")
    }
  }

  @Test func ofTheFirstModuleOneImportIsCutAndNothingElse() throws {
    let folder = URL(filePath: "Sources/TidehookConsole/Assets")
    let kit = try String(contentsOf: folder.appending(path: "kit.js"), encoding: .utf8)
    let app = try String(contentsOf: folder.appending(path: "app.js"), encoding: .utf8)
    let cut = app.components(separatedBy: #"from "./kit.js";"#)
    #expect(cut.count == 2)
    let before = cut[0].components(separatedBy: "import {").dropLast().joined(separator: "import {")
    for console in [Console(), Console(folder: folder.path)] {
      #expect(text(get("/console/app.js", from: console)) == kit + before + cut[1])
    }
  }

  @Test(arguments: [
    "import { a, b } from \"./kit.js\";", "import { a,\n  b\n} from \"./kit.js\";", "import {\n  a, b }\n  from \"./kit.js\";",
    "import { c } from \"./other.js\";\nimport {\n  a\n} from \"./kit.js\";",
  ])
  func theImportIsCutOnHoweverManyLines(imports: String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tidehook-console-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("kit();\n".utf8).write(to: folder.appending(path: "kit.js"))
    try Data("// app\n\(imports)\napp();\n".utf8).write(to: folder.appending(path: "app.js"))
    let other = imports.hasPrefix("import { c }") ? "import { c } from \"./other.js\";\n" : ""
    #expect(text(get("/console/app.js", from: Console(folder: folder.path))) == "kit();\n// app\n\(other)\napp();\n")
    try FileManager.default.removeItem(at: folder.appending(path: "kit.js"))
    #expect(get("/console/app.js", from: Console(folder: folder.path)).status == 404)
  }

  @Test func thePageSaysWhoIsSignedInAndNoValueBreaksOut() {
    #expect(text(get("/console/")).contains(#"<meta name="tidehook-session" content="">"#))
    let page = text(get("/console/", session: #"{"name":"\"><script>&'"}"#))
    #expect(page.contains(#"content="{&quot;name&quot;:&quot;\&quot;&gt;&lt;script&gt;&amp;&#39;&quot;}">"#))
    #expect(text(get("/console/app.js", session: "{}")) == text(get("/console/app.js")))
  }

  @Test func whoComesFromElsewhereIsToldToAskSinceNoCookieCameAlong() {
    #expect(text(get("/console/", fromElsewhere: true)).contains(#"content="{&quot;ask&quot;:true}">"#))
    #expect(
      text(get("/console/", fromElsewhere: true, session: #"{"csrf":"c"}"#)).contains(#"content="{&quot;csrf&quot;:&quot;c&quot;}">"#))
    #expect(get("/console/app.js", fromElsewhere: true) == get("/console/app.js"))
  }

  @Test(arguments: [
    "/console/../admin.key", "/console/..%2fadmin.key", "/console/%2e%2e/admin.key", "/console//etc/passwd", "/console/pages/",
    "/console/.hidden", "/console/./app.js", "/console/app.js/", "/console/a\0.js", "/console/ä.js",
  ])
  func nothingLeadsOutOfTheConsole(path: String) {
    for console in [Console(), Console(folder: "Sources/TidehookConsole/Assets")] {
      let answer = get(path, from: console)
      #expect(answer.status == 404 && !text(answer).contains("root:"))
    }
  }
}
