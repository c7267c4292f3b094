import Synchronization
import TidehookCore

extension Backend: ConsoleStore, EventTail {
  func insert(_ token: ConsoleToken, redeeming link: [UInt8]?) async throws(StoreError) {
    try check()
    let isStored = state.withLock { state in
      if let link {
        guard let index = state.tokens.firstIndex(where: { $0.digest == link }) else { return false }
        state.tokens.remove(at: index)
      }
      state.tokens.append(token)
      return true
    }
    guard isStored else { throw StoreError(.stale, "no such link") }
  }

  func consoleTokens() async throws(StoreError) -> [ConsoleToken] { state.withLock { $0.tokens } }

  func updateTokens(used: [(digest: [UInt8], at: Timestamp)], forgotten: [[UInt8]]) async throws(StoreError) {
    try check()
    state.withLock { state in
      state.tokenWrites += 1
      state.tokens.removeAll { forgotten.contains($0.digest) }
      for use in used {
        for index in state.tokens.indices where state.tokens[index].digest == use.digest { state.tokens[index].usedAt = use.at }
      }
    }
  }

  func tailEnd() async throws(StoreError) -> TailPosition { TailPosition(key: 0) }

  func tail(after position: TailPosition, for readers: [TailFilter], limits: TailLimits) async throws(StoreError) -> TailPage {
    TailPage(events: [], end: position, cut: [])
  }
}
