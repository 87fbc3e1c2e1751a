/// A word of a prompt: letters, digits and marks, with the apostrophes and hyphens inside it.
struct Word: Sendable, Equatable {
  var text: String
  var lower: String
  /// Whether punctuation stands between this word and the one before, or nothing is before it.
  var beginsPhrase: Bool

  /// The singular of a regular plural, else the word itself.
  var singular: String {
    guard lower.count > 3, lower.hasSuffix("s"), !lower.hasSuffix("ss") else { return lower }
    return String(lower.dropLast())
  }

  var isCapitalised: Bool { text.first?.isUppercase == true }

  static func split(_ text: String) -> [Word] {
    var words: [Word] = []
    var current = ""
    var beginsPhrase = true
    func close() {
      while let last = current.last, Self.joiners.contains(last) { current.removeLast() }
      guard !current.isEmpty else { return }
      words.append(Word(text: current, lower: current.lowercased(), beginsPhrase: beginsPhrase))
      beginsPhrase = false
      current = ""
    }
    for character in text {
      if character.isLetter || character.isNumber || (!current.isEmpty && joiners.contains(character)) {
        current.append(character == "’" ? "'" : character)
      } else {
        close()
        if !character.isWhitespace { beginsPhrase = true }
      }
    }
    close()
    return words
  }

  private static let joiners: Set<Character> = ["-", "'", "’"]
}
