// Lays rows out in aligned columns that fit the window.

/// A table for people.
struct Table {
  /// One cell.
  struct Cell {
    let text: String
    let style: Style

    /// Makes a cell; the text is made safe to show.
    init(_ text: String?, _ style: Style = .plain) {
      self.text = SafeText.line(text ?? "")
      self.style = style
    }
  }

  /// The space between two columns.
  private static let gap = 2
  /// No column is cut below this width.
  private static let narrowest = 8

  private let headings: [String]
  private let fixed: Set<Int>
  private var rows: [[Cell]] = []

  /// Makes an empty table.
  /// - Parameter fixed: the columns that are never cut, such as ids, which people copy.
  init(_ headings: [String], fixed: Set<Int> = [0]) {
    self.headings = headings
    self.fixed = fixed
  }

  /// Adds a row with one cell for each heading.
  mutating func add(_ cells: Cell...) {
    rows.append(cells)
  }

  /// Writes the table, cut to the window's width when there is a window.
  func write(to terminal: Terminal) {
    let widths = widths(within: terminal.width)
    terminal.write(line(headings.map { Cell($0, .dim) }, widths, terminal))
    for row in rows { terminal.write(line(row, widths, terminal)) }
  }

  private func widths(within limit: Int?) -> [Int] {
    var widths = headings.indices.map { column in
      rows.reduce(SafeText.width(headings[column])) { max($0, SafeText.width($1[column].text)) }
    }
    guard let limit else { return widths }
    var excess = widths.reduce(0, +) + Self.gap * (widths.count - 1) - limit
    while excess > 0 {
      let candidates = widths.indices.filter { !fixed.contains($0) && widths[$0] > Self.narrowest }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }

  private func line(_ cells: [Cell], _ widths: [Int], _ terminal: Terminal) -> String {
    var line = ""
    for (column, cell) in cells.enumerated() {
      let text = SafeText.fit(cell.text, into: widths[column])
      line += terminal.styled(text, cell.style)
      guard column < cells.count - 1 else { break }
      line += String(repeating: " ", count: widths[column] - SafeText.width(text) + Self.gap)
    }
    return line + "\n"
  }
}
