// How the limits of a client are divided among its event loops.

import TidehookCore

/// One event loop's part of the limits.
struct ShardShare: Sendable {
  let maxConnectionsPerOrigin: Int
  let maxIdlePerOrigin: Int
  let maxIdle: Int

  /// The share of loop `index` of `count`; only the first `maxConnectionsPerOrigin` loops serve anything.
  init(of limits: HTTPClientLimits, index: Int, count: Int) {
    let serving = min(count, limits.maxConnectionsPerOrigin)
    func part(_ total: Int) -> Int { total / serving + (index < total % serving ? 1 : 0) }
    maxConnectionsPerOrigin = part(limits.maxConnectionsPerOrigin)
    maxIdlePerOrigin = part(limits.maxIdlePerOrigin)
    maxIdle = part(limits.maxIdle)
  }
}
