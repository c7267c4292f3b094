// GitLab.

import TidehookCore

extension TokenHeader {
  /// `X-Gitlab-Token`: the secret itself; nothing vouches for the body.
  static func gitlab(_ secrets: [Secret]) throws(SigningError) -> TokenHeader {
    try TokenHeader(secrets, header: "X-Gitlab-Token")
  }
}
