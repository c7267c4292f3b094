import Synchronization
import Testing
import TidehookAPI
import TidehookCore

@Suite struct WebKeySetTests {
  @Test func theSetIsMadeOnceForAsLongAsTheKeysStayTheSame() {
    let made = Counter()
    let set = WebKeySet { key in
      made.count.withLock { $0 += 1 }
      return ["x": .string(key)]
    }
    for _ in 0..<3 { #expect(set.document(of: ["a", "b"]) == Array(#"{"keys":[{"x":"a"},{"x":"b"}]}"#.utf8)) }
    #expect(made.count.withLock { $0 } == 2)
    #expect(set.document(of: ["b"]) == Array(#"{"keys":[{"x":"b"}]}"#.utf8))
    #expect(made.count.withLock { $0 } == 3)
    #expect(set.document(of: []) == Array(#"{"keys":[]}"#.utf8))
  }
}

private final class Counter: Sendable {
  let count = Mutex(0)
}
