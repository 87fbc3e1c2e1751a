/// What every chunk's prompt begins with.
struct BasePrompt: Sendable, Equatable {
  var text: String
  var notes: [String]

  /// The prompt on one line without its last period, shortened at a word to `maximumBytes` of UTF-8.
  init(_ prompt: String, maximumBytes: Int) {
    text = prompt.cleaned
    notes = []
    if text.utf8.count > maximumBytes {
      text = Self.shortened(text, to: maximumBytes)
      notes.append("the prompt was shortened to its first \(text.count) characters for each chunk")
    }
    while let last = text.last, last == "." || last == " " { text.removeLast() }
  }

  private static func shortened(_ text: String, to maximumBytes: Int) -> String {
    let fits = text.prefix(utf8: maximumBytes)
    guard let space = fits.lastIndex(of: " "), fits.distance(from: space, to: fits.endIndex) < 80 else {
      return fits
    }
    return String(fits[..<space])
  }
}
