// What happens to the plugins while the gateway runs.

public import TidehookCore

/// A change of the plugins that can be used, or a change on disk that was refused.
public enum PluginChange: Sendable {
  /// New content is in use.
  case loaded(LoadedPlugin)
  /// The content on disk cannot be used; `current` goes on, when there is one.
  case refused(name: String, problem: String, current: PluginVersion?)
  /// The content that was refused is gone again, or as it was before.
  case recovered(PluginVersion)
  /// The folder is gone; nothing can run this plugin any more.
  case removed(name: String)
  /// The plugin folder itself cannot be read; everything goes on as it is.
  case folderUnreadable(path: String, problem: String)
  /// It can be read again.
  case folderReadable(path: String)
}
