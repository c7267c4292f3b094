// One caller's wish to write, as the writer thread sees it.

package import TidehookCore

/// A write that waits for its turn, and how its caller is answered.
package struct WriteJob: Sendable {
  /// Whether it may be refused, or must be kept until it succeeds.
  package enum Persistence: Sendable {
    /// It is new work from outside: refused while the disk is full, and while too much waits already.
    case offered
    /// It makes headway with work that is there: refused while the disk is full.
    case refusable
    /// It says what happened already and must not be lost.
    case kept
  }

  /// What becomes of it on a full disk.
  let persistence: Persistence
  /// Whether somebody waits for it, or something: it is written at once. What happened already can wait for company else.
  let isAwaited: Bool
  /// Roughly how many bytes it writes.
  let weight: Int
  /// Writes, inside a transaction, perhaps more than once; returns what answers the caller once that has been committed.
  ///
  /// It throws `SQLFailure` when the database failed. What it throws of type `StoreError` is an answer: it has written nothing.
  let run: @Sendable (any SQLConnection) throws -> @Sendable () -> Void
  /// Answers the caller that nothing was written.
  let fail: @Sendable (StoreError) -> Void

  /// Makes a job.
  package init(
    persistence: Persistence, isAwaited: Bool, weight: Int, run: @escaping @Sendable (any SQLConnection) throws -> @Sendable () -> Void,
    fail: @escaping @Sendable (StoreError) -> Void
  ) {
    self.persistence = persistence
    self.isAwaited = isAwaited
    self.weight = weight
    self.run = run
    self.fail = fail
  }
}
