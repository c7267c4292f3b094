import Synchronization

/// Counts what the caches of all workers had compiled.
final class CompilationCount: Sendable {
  let value = Atomic(0)
}

/// The compiled scripts of one worker. The least recently used go first when there are too many, or when they hold too much memory.
struct ScriptCache {
  private struct Entry {
    var handle: CInt
    var bytes: Int
    var lastUse: UInt64
  }

  private let maximumCount: Int
  private let maximumBytes: Int
  private let compiled: CompilationCount
  private var entries: [UInt64: Entry] = [:]
  private var totalBytes = 0
  private var uses: UInt64 = 0

  init(maximumCount: Int, maximumBytes: Int, compiled: CompilationCount) {
    self.maximumCount = max(1, maximumCount)
    self.maximumBytes = maximumBytes
    self.compiled = compiled
  }

  /// The compiled form of a script, made now if it is not there.
  mutating func handle(for script: ScriptSource, in sandbox: Sandbox) throws(ScriptError) -> CInt {
    uses += 1
    if let index = entries.index(forKey: script.id) {
      entries.values[index].lastUse = uses
      return entries.values[index].handle
    }
    let handle = try sandbox.compile(script)
    compiled.value.add(1, ordering: .relaxed)
    insert(Entry(handle: handle, bytes: sandbox.bytes(of: handle), lastUse: uses), for: script.id, in: sandbox)
    return handle
  }

  /// Forgets everything; for when the sandbox that compiled it is gone.
  mutating func removeAll() {
    entries.removeAll(keepingCapacity: true)
    totalBytes = 0
  }

  private mutating func insert(_ entry: Entry, for id: UInt64, in sandbox: Sandbox) {
    while entries.count >= maximumCount || (totalBytes + entry.bytes > maximumBytes && !entries.isEmpty) {
      evictOldest(from: sandbox)
    }
    entries[id] = entry
    totalBytes += entry.bytes
  }

  private mutating func evictOldest(from sandbox: Sandbox) {
    guard let (id, entry) = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
    entries[id] = nil
    totalBytes -= entry.bytes
    sandbox.forget(entry.handle)
  }
}
