extension String {
  /// Without control characters and double spaces; nil when nothing is left.
  var meaningful: String? {
    let text = cleaned
    return text.isEmpty ? nil : text
  }

  /// The text on one line: control and format characters gone, runs of white space one space.
  ///
  /// Joiners and variation selectors stay, for emoji are made of them.
  var cleaned: String {
    var result = String.UnicodeScalarView()
    var pendingSpace = false
    for scalar in unicodeScalars {
      let properties = scalar.properties
      if properties.isWhitespace || properties.generalCategory == .control {
        pendingSpace = !result.isEmpty
      } else if properties.generalCategory != .format || scalar == "\u{200D}" {
        if pendingSpace { result.append(" ") }
        pendingSpace = false
        result.append(scalar)
      }
    }
    return String(result)
  }

  /// The longest beginning of at most `bytes` bytes that splits no character; or, where the first one alone is
  /// longer, no code point.
  func prefix(utf8 bytes: Int) -> String {
    guard utf8.count > bytes else { return self }
    var used = 0
    let whole = prefix { character in
      used += character.utf8.count
      return used <= bytes
    }
    if !whole.isEmpty { return String(whole) }
    used = 0
    let scalars = unicodeScalars.prefix { scalar in
      used += UTF8.width(scalar)
      return used <= bytes
    }
    return String(String.UnicodeScalarView(scalars))
  }
}
