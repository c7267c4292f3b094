import Testing
import TidehookCore

@Suite struct DroppingStageTests {
  private let stage = DroppingStage(index: 1, name: "pipeline[1].script")

  private func line(of reason: String) -> Int? {
    stage.line(
      of: reason,
      in: """
        -- "no tags" is what we say
        function filter(event)
          if event.data.old then return false, "too old" end
          if event.data.n then return false, 'too ' .. 'many' end
          if event.data.a then return false, 'twice' end
          if event.data.b then return false, 'twice' end
          return #event.data.tags > 0, "no tags"
        end
        """)
  }

  @Test func theLineIsTheOneThatReturnsTheReason() {
    #expect(line(of: "too old") == 3)
    #expect(line(of: "no tags") == 7)
    #expect(line(of: "pipeline[1].script: no tags") == 7)
  }

  @Test(arguments: ["twice", "too many", "filter returned false", "old", "", "pipeline[1].script: "])
  func whatNoLineOrSeveralReturnHasNone(reason: String) {
    #expect(line(of: reason) == nil)
  }
}
