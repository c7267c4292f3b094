import Glibc

/// A queue of work between many callers and a few threads that block while there is none.
///
/// A thread is woken only when one sleeps and nobody has been woken for it yet, so a busy queue costs no system calls.
/// `@unchecked Sendable`: every access to mutable state happens with `mutex` held; `mutex` and `condition` are made in
/// `init`, never moved, and destroyed when the last reference is gone.
final class WorkQueue<Element: Sendable>: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var items = RingBuffer<Element>()
  private var sleeping = 0
  private var woken = 0
  private var closed = false

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Adds an element at the end. False when the queue is closed.
  func push(_ element: Element) -> Bool {
    pthread_mutex_lock(mutex)
    guard !closed else {
      pthread_mutex_unlock(mutex)
      return false
    }
    items.append(element)
    let wakes = sleeping > woken
    if wakes { woken += 1 }
    pthread_mutex_unlock(mutex)
    if wakes { pthread_cond_signal(condition) }
    return true
  }

  /// Takes the first element, waiting for one. `nil` when the queue is closed and empty.
  func pop() -> Element? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let element = items.popFirst() { return element }
      if closed { return nil }
      sleeping += 1
      pthread_cond_wait(condition, mutex)
      sleeping -= 1
      woken = max(0, woken - 1)
    }
  }

  /// Lets waiting threads go once the queue is empty; nothing can be added from now on. Returns false if it was closed already.
  func close() -> Bool {
    pthread_mutex_lock(mutex)
    let first = !closed
    closed = true
    pthread_mutex_unlock(mutex)
    pthread_cond_broadcast(condition)
    return first
  }
}

/// A first-in first-out store that grows by doubling and reuses its slots.
struct RingBuffer<Element> {
  private var slots: [Element?] = Array(repeating: nil, count: 16)
  private var head = 0
  private(set) var count = 0

  mutating func append(_ element: Element) {
    if count == slots.count { grow() }
    slots[(head + count) & (slots.count - 1)] = element
    count += 1
  }

  mutating func popFirst() -> Element? {
    guard count > 0 else { return nil }
    let element = slots[head].take()
    head = (head + 1) & (slots.count - 1)
    count -= 1
    return element
  }

  private mutating func grow() {
    var larger: [Element?] = []
    larger.reserveCapacity(slots.count * 2)
    larger.append(contentsOf: slots[head...])
    larger.append(contentsOf: slots[..<head])
    larger.append(contentsOf: repeatElement(nil, count: slots.count))
    slots = larger
    head = 0
  }
}
