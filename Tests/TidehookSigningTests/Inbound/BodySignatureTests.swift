import Testing
import TidehookCore
import TidehookSigning

/// Schemes whose signature is a keyed hash of the body alone.
@Suite struct BodySignatureTests {
  @Test func remPublishedPayload() throws {
    let body =
      #"{"id":"evt_abc123","event":"memory.created","timestamp":"2026-04-13T10:30:00Z","data":{"memory_id":"mem_xyz789","#
      + #""content":"We decided to use Redis for caching","namespace":"my-project","tags":["architecture","caching"],"#
      + #""created_at":"2026-04-13T10:30:00Z"}}"#
    try Vector(.rem, "your-webhook-secret").verify(
      body, [("x-rem-signature", "dbc989519f810b0002a66e3a1ff0ee29a1b01d39d40f1026ee38fbfb3384b0eb")])
  }

  @Test func remBodiesOfAnyCharacters() throws {
    let body =
      #"{"id":"evt_u","event":"memory.updated","timestamp":"2026-04-13T10:30:00Z","data":{"memory_id":"mem_1","content":"caf\#u{e9} <b>&"#
      + "\u{2028}\u{2029}" + #" 🎉 \"q\" \\ \n","namespace":"my-project","tags":[],"created_at":"2026-04-13T10:30:00Z"}}"#
    #expect(body.utf8.count == 220)
    try Vector(.rem, "your-webhook-secret").verify(
      body, [("X-REM-Signature", "bfc67c987c02de7926fccd4b3cd4409512f4d693ad599f5d4da9a8c3ebb53c9d")])
  }

  @Test func gitHubDocumentation() throws {
    let vector = Vector(.github, "It's a Secret to Everybody")
    let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    try vector.verify("Hello, World!", [("X-Hub-Signature-256", signature)])
    try vector.verify("Hello, World!", [("x-hub-signature-256", signature), ("x-hub-signature", "sha1=00")])
    #expect(vector.failure("Hello, World!\n", [("X-Hub-Signature-256", signature)]) != nil)
  }

  @Test func octokit() throws {
    try Vector(.github, "secret").verify(
      "data", [("X-Hub-Signature-256", "sha256=1b2c16b75bd2a870c114153ccda5bcfca63314bc722fa160d690de133ccbb9db")])
  }

  @Test func gitHubsLegacySHA1IsNotAccepted() {
    let vector = Vector(.github, "secret")
    let sha1 = "sha1=9818e3306ba5ac267b5f2679fe4abd37e6cd7b54"
    #expect(vector.failure("data", [("X-Hub-Signature", sha1)])?.contains("only X-Hub-Signature") == true)
    #expect(vector.failure("data", [("X-Hub-Signature-256", sha1)])?.contains("sha256=") == true)
  }

  @Test func shopifyDerived() throws {
    try Vector(.shopify, "hush").verify(#"{"id":1}"#, [("X-Shopify-Hmac-SHA256", "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY=")])
  }

  @Test func mem0TakesEachSpelling() throws {
    let vector = Vector(.mem0, "secret")
    let hex = "1b2c16b75bd2a870c114153ccda5bcfca63314bc722fa160d690de133ccbb9db"
    try vector.verify("data", [("x-mem0-signature", hex)])
    try vector.verify("data", [("x-mem0-signature", "sha256=" + hex)])
    try vector.verify("data", [("X-Mem0-Signature-256", "sha256=" + hex)])
    try vector.verify("data", [("X-Mem0-Signature-256", "sha256=" + hex), ("X-Mem0-Signature", hex)])
    #expect(vector.failure("data", [("X-Mem0-Signature-256", hex)]) != nil)
    #expect(vector.failure("data", [])?.contains("neither") == true)
  }

  @Test func mem0RefusesARightSignatureBesideAWrongOne() {
    let hex = "1b2c16b75bd2a870c114153ccda5bcfca63314bc722fa160d690de133ccbb9db"
    let zeros = String(repeating: "0", count: 64)
    let vector = Vector(.mem0, "secret")
    #expect(vector.failure("data", [("X-Mem0-Signature-256", "sha256=" + zeros), ("X-Mem0-Signature", hex)]) != nil)
    #expect(vector.failure("data", [("X-Mem0-Signature-256", "sha256=" + hex), ("X-Mem0-Signature", zeros)]) != nil)
  }

  @Test func hexMayHaveEitherCase() throws {
    try Vector(.rem, "secret").verify(
      "data", [("X-REM-Signature", "1B2C16B75BD2A870C114153CCDA5BCFCA63314BC722FA160D690DE133CCBB9DB")])
  }
}
