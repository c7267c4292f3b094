import Glibc

/// A queue of work between many callers and a few threads that block while there is none; lanes are served fairly (see ``FairQueue``).
///
/// A thread is woken only when one sleeps, nobody has been woken for it yet and the work may start, so a busy queue costs no
/// system calls. `@unchecked Sendable`: every access to mutable state happens with `mutex` held; `mutex` and `condition` are
/// made in `init`, never moved, and destroyed when the last reference is gone.
final class WorkQueue<Element: Sendable>: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var items: FairQueue<Element>
  private var sleeping = 0
  private var woken = 0
  private var closed = false

  /// Makes a queue.
  /// - Parameter threadsPerLane: how many threads may be busy with the same lane at once, and with all those together whose work takes long; at
  ///   least 1.
  init(threadsPerLane: Int) {
    items = FairQueue(maximumRunning: threadsPerLane)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Adds an element at the end of a lane. False when the queue is closed.
  func push(_ element: Element, lane: UInt64) -> Bool {
    pthread_mutex_lock(mutex)
    guard !closed else {
      pthread_mutex_unlock(mutex)
      return false
    }
    let startable = items.append(element, lane: lane)
    let wakes = startable && sleeping > woken
    if wakes { woken += 1 }
    pthread_mutex_unlock(mutex)
    if wakes { pthread_cond_signal(condition) }
    return true
  }

  /// Gives elements to `body`, which returns what each took, one after the other, waiting for more; returns when the queue is closed and nothing is
  /// left that this thread may start.
  func work(_ body: (Element) -> Duration) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    var yields = 0
    while true {
      if let (element, ticket) = items.popFirst() {
        let wakes = items.hasTurn && sleeping > woken
        if wakes { woken += 1 }
        pthread_mutex_unlock(mutex)
        if wakes { pthread_cond_signal(condition) }
        let time = body(element)
        pthread_mutex_lock(mutex)
        items.finish(ticket, took: time)
        yields = Self.yieldsBeforeSleep
      } else if closed {
        return
      } else if yields > 0 {
        yields -= 1
        pthread_mutex_unlock(mutex)
        sched_yield()
        pthread_mutex_lock(mutex)
      } else {
        wait()
      }
    }
  }

  /// How often a thread that ran out of work lets others run before it sleeps: on a busy machine they bring more meanwhile, and being
  /// woken costs two switches of context. On an idle one it costs a microsecond.
  private static var yieldsBeforeSleep: Int { 2 }

  private func wait() {
    sleeping += 1
    pthread_cond_wait(condition, mutex)
    sleeping -= 1
    woken = max(0, woken - 1)
  }

  /// Lets waiting threads go once the queue is empty; nothing can be added from now on.
  /// - Parameter takingOut: whether what waits is not to be worked on any more.
  /// - Returns: what waited, if it was taken out.
  func close(takingOut: Bool) -> [Element] {
    pthread_mutex_lock(mutex)
    closed = true
    let waiting = takingOut ? items.removeAll() : []
    pthread_mutex_unlock(mutex)
    pthread_cond_broadcast(condition)
    return waiting
  }
}
