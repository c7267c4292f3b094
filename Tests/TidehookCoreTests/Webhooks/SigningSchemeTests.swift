import Testing
import TidehookCore

@Suite struct SigningSchemeTests {
  private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

  private func problem(_ text: String) throws -> JSONProblem? {
    let value = try json(text)
    do throws(JSONProblem) {
      _ = try SigningScheme.list(json: value)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: SigningScheme.named) func aNameIsReadAsItIsWritten(scheme: SigningScheme) throws {
    #expect(scheme.json == .string(scheme.name))
    #expect(try SigningScheme(json: scheme.json) == scheme)
    #expect(try SigningScheme(json: ["scheme": scheme.json]) == scheme)
  }

  @Test func repetitionsCountOnceAndTheOrderStays() throws {
    let list = try SigningScheme.list(json: try json(#"["stripe","rem",{"scheme":"stripe"},"github"]"#))
    #expect(list == [.stripe, .rem, .github])
    #expect(try SigningScheme.list(json: []) == [])
  }

  @Test func aSchemeOfItsOwnIsReadWhole() throws {
    let text = """
      {"scheme":"custom","header":"X-Sig","algorithm":"sha1","encoding":"base64url","prefix":"v=","template":"{timestamp}.{id}.{body}",\
      "timestamp_header":"X-Time","id_header":"X-Id"}
      """
    let scheme = try SigningScheme(json: try json(text))
    #expect(String(decoding: scheme.json.bytes, as: UTF8.self) == text)
    #expect(scheme.signsID)
  }

  @Test func whatIsSignedBesideTheBodyIsSentAsInStandardWebhooksUnlessItSaysOtherwise() throws {
    let signing = try CustomSigning(json: ["scheme": "custom", "header": "X-Sig", "template": "{id}{timestamp}{body}", "id_header": "X-Id"])
    #expect(signing.rule.timestampHeader == "webhook-timestamp")
    #expect(signing.rule.idHeader == "X-Id")
    let plain = try CustomSigning(json: ["scheme": "custom", "header": "X-Sig"])
    #expect(plain.rule.timestampHeader == nil && plain.rule.idHeader == nil)
    #expect(plain.json == ["scheme": "custom", "header": "X-Sig"])
  }

  @Test(arguments: [
    (#""rem""#, ""), ("[7]", "[0]"), (#"["rem","md5"]"#, "[1]"), (#"["custom"]"#, "[0]"), ("[{}]", "[0].scheme"),
    (#"[{"scheme":"md5"}]"#, "[0].scheme"), (#"[{"scheme":"rem","header":"X-A"}]"#, "[0].header"),
    (#"[{"scheme":"custom"}]"#, "[0].header"), (#"[{"scheme":"custom","header":"X A"}]"#, "[0].header"),
    (#"[{"scheme":"custom","header":"Content-Length"}]"#, "[0].header"), (#"[{"scheme":"custom","header":"content-type"}]"#, "[0].header"),
    (#"[{"scheme":"custom","header":"X-A","algorithm":"md5"}]"#, "[0].algorithm"),
    (#"[{"scheme":"custom","header":"X-A","encoding":"base32"}]"#, "[0].encoding"),
    (#"[{"scheme":"custom","header":"X-A","prefix":"a\nb"}]"#, "[0].prefix"),
    (#"[{"scheme":"custom","header":"X-A","prefix":" a"}]"#, "[0].prefix"),
    (#"[{"scheme":"custom","header":"X-A","prefix":"é"}]"#, "[0].prefix"),
    (#"[{"scheme":"custom","header":"X-A","template":"{id}"}]"#, "[0].template"),
    (#"[{"scheme":"custom","header":"X-A","template":"{url}{body}"}]"#, "[0].template"),
    (#"[{"scheme":"custom","header":"X-A","template":"{body}{"}]"#, "[0].template"),
    (#"[{"scheme":"custom","header":"X-A","id_header":"X-B"}]"#, "[0].template"),
    (#"[{"scheme":"custom","header":"X-A","template":"{id}{body}","id_header":"x-a"}]"#, "[0].id_header"),
    (#"[{"scheme":"custom","header":"X-A","template":"{id}{body}","id_header":"Host"}]"#, "[0].id_header"),
    (#"[{"scheme":"custom","header":"X-A","tolerance_secs":9}]"#, "[0].tolerance_secs"),
    (#"[{"scheme":"custom","header":"X-A","url":"https://example.com"}]"#, "[0].url"),
    (#"["rem","rem","rem","rem","rem","rem","rem","rem","rem","rem","rem"]"#, ""),
  ])
  func aProblemNamesTheMember(text: String, path: String) throws {
    #expect(try problem(text)?.path == path)
  }
}
