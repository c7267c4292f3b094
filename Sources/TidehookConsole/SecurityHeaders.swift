// What every answer of the console tells the browser to refuse.

import TidehookCore

/// Headers of security.
enum SecurityHeaders {
  static let all = [
    HeaderField("Content-Security-Policy", policy), HeaderField("X-Content-Type-Options", "nosniff"),
    HeaderField("Referrer-Policy", "no-referrer"), HeaderField("X-Frame-Options", "DENY"),
    HeaderField("Cross-Origin-Opener-Policy", "same-origin"), HeaderField("Cross-Origin-Resource-Policy", "same-origin"),
    HeaderField("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
  ]

  /// Only the console's own files run, and they speak to their own gateway alone: markup in an event or in an answer stays text.
  private static let policy = [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'", "font-src 'self'",
    "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
  ].joined(separator: "; ")
}
