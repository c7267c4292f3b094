// Which characters names may have that people read in lists and terminals.

extension Unicode.Scalar {
  /// Whether it shows what it is: no control character, and nothing that ends a line or turns the order of the text around it.
  public var isPrintable: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: false
    default: !properties.isBidiControl
    }
  }
}
