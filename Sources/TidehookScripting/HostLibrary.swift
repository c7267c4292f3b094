// What Tidehook's own Lua functions say of themselves, for documentation and for the tests of their examples.

import CLuaSandbox

/// The functions that Tidehook offers to scripts beside Lua's own.
public enum HostLibrary {
  /// Returns the declarations as a JSON array, in the order of the documentation. Each is an object with `name`, `summary`, `parameters`
  /// (`name`, `type`, `about`, `default` or `optional`), `returns` (`type`, `about`) and `example` (`code` with its `result` or `log`).
  /// - Returns: `nil` when the system has no memory.
  public static func declarations() -> [UInt8]? {
    guard let sandbox = Sandbox(limits: ScriptLimits()) else { return nil }
    return sandbox.libraryDeclarations()
  }
}
