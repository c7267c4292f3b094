// The secret that a webhook's owner and Tidehook share.

public import TidehookCore

/// A signing secret: its text is read only where a key is made of it, and never printed.
public struct SigningSecret: Sendable, Hashable {
  /// Most bytes that a secret may have.
  public static let maximumLength = 512
  private static let prefix = "whsec_"
  /// Random bytes of a generated secret; Standard Webhooks asks for 24 to 64.
  private static let generatedByteCount = 32

  /// The secret itself, for storing it and for showing it once.
  public let text: String

  /// Takes a secret as its owner wrote it: 1 to 512 bytes of UTF-8 without control characters.
  public init(_ text: String) throws(SigningError) {
    guard !text.isEmpty else { throw .secretEmpty }
    guard text.utf8.count <= Self.maximumLength else { throw .secretTooLong }
    guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else { throw .secretHasControlCharacter }
    self.text = text
  }

  private init(generatedFrom bytes: [UInt8]) { self.text = Self.prefix + Base64.encode(bytes) }

  /// Makes a secret of 32 bytes from OpenSSL's generator, in the form of Standard Webhooks: `whsec_` and base64.
  public static func generate() throws(SigningError) -> SigningSecret {
    SigningSecret(generatedFrom: try SecureRandom.bytes(count: generatedByteCount))
  }

  /// Makes a secret of 32 bytes from `random`, for tests that need the same secret each time.
  public static func generate(using random: inout some RandomNumberGenerator) -> SigningSecret {
    SigningSecret(generatedFrom: (0..<generatedByteCount).map { _ in UInt8.random(in: 0...255, using: &random) })
  }

  /// The key of schemes that take the secret as it stands: its UTF-8 bytes.
  public var utf8Key: [UInt8] { Array(text.utf8) }

  /// The key of Standard Webhooks: what the base64 after `whsec_` stands for, or the UTF-8 bytes of a secret without that prefix.
  public func standardKey() throws(SigningError) -> [UInt8] {
    guard text.hasPrefix(Self.prefix) else { return utf8Key }
    guard let key = Base64.decode(text.utf8.dropFirst(Self.prefix.utf8.count)) else { throw .secretNotBase64 }
    guard !key.isEmpty else { throw .secretEmpty }
    return key
  }

  /// Whether it is half of a key pair, `whsk_…` or `whpk_…`, and no secret that both ends share.
  public var isKey: Bool { text.hasPrefix(KeyText.standardPrivatePrefix) || text.hasPrefix(KeyText.standardPublicPrefix) }

  /// The schemes, of those with names, that it may belong to.
  public var schemes: [SigningScheme] { SigningScheme.named.filter { ($0 == .standardEd25519) == isKey } }

  /// The public key that it is, or that belongs to the private key that it is.
  func publicKey() throws(SigningError) -> PublicKey {
    guard text.hasPrefix(KeyText.standardPrivatePrefix) else { return try KeyText.standardPublicKey(Secret(text)) }
    return try KeyText.standardPublicKey(Secret(try SigningKey(parsing: Secret(text)).publicKey))
  }

  /// The secret as libraries for Standard Webhooks want it: `whsec_` and base64 of the key.
  public var standardText: String { text.hasPrefix(Self.prefix) ? text : Self.prefix + Base64.encode(utf8Key) }
}

extension SigningSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Never the secret.
  public var description: String { "<secret>" }

  /// Never the secret.
  public var debugDescription: String { description }

  /// Shows nothing of the secret to `dump` and debuggers' summaries.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
