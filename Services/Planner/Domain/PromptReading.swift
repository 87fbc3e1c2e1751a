import Contracts

/// What a prompt says, as far as word lists can tell; nil says nothing.
struct PromptReading: Sendable, Equatable {
  /// As the prompt names it, without an article: `red vintage car`.
  var subject: String?
  var subjectKind: SubjectKind?
  /// `#rrggbb`, the colour that the prompt gives the subject.
  var subjectColor: String?
  var productName: String?
  var setting: Setting?
  var timeOfDay: TimeOfDay?
  /// `#rrggbb`, in the order of the prompt.
  var colors: [String]
  var mood: String?
  var tempo: Tempo?
  var musicStyle: String?
  var look: String?
  /// Whether the prompt asks for an advertisement.
  var describesAd: Bool
  var words: [Word]

  init(_ prompt: String) {
    let words = Word.split(prompt)
    let phrase = SubjectPhrase(words)
    self.words = words
    subject = phrase?.text
    subjectKind = phrase?.kind
    let subjectWords = phrase?.range ?? 0..<0
    subjectColor = words[subjectWords].lazy.compactMap { Lexicon.colors[$0.lower] }.first
    productName = Self.quoted(in: prompt) ?? Self.named(in: words)
    setting = Self.setting(in: words, subject: phrase)
    timeOfDay = Self.first(in: words, Lexicon.times)
    colors = Self.colors(in: words)
    mood = Self.first(in: words, Lexicon.moods)
    tempo = Tempo(reading: Self.musicalText(words))
    musicStyle = Self.musicStyle(in: words)
    look = Self.first(in: words, Lexicon.looks)
    describesAd = AdReading.describesAd(words)
  }

  /// What this reading says about a spec; `usual` is the time of day where the prompt says none.
  func partial(usual: TimeOfDay) -> PartialSpec {
    let saysColors = setting != nil || timeOfDay != nil || !colors.isEmpty
    let scene =
      saysColors ? Palette.scene(setting: setting, timeOfDay: timeOfDay ?? usual, colors: colors) : nil
    return PartialSpec(
      style: .init(palette: scene, look: look, lighting: timeOfDay.map(Light.of)),
      product: .init(name: productName ?? subject),
      audio: .init(musicStyle: musicStyle, tempo: tempo?.name, mood: mood, bpm: tempo?.bpm))
  }

  private static func first<Meaning>(in words: [Word], _ list: [String: Meaning]) -> Meaning? {
    words.lazy.compactMap { list[$0.lower] ?? list[$0.singular] }.first
  }

  /// The first place that is not the subject itself; a road only where nothing else is named.
  private static func setting(in words: [Word], subject: SubjectPhrase?) -> Setting? {
    let found = words.indices.compactMap { index -> (setting: Setting, isSubject: Bool)? in
      guard let setting = Lexicon.settings[words[index].lower] ?? Lexicon.settings[words[index].singular]
      else { return nil }
      return (setting, subject?.range.contains(index) == true)
    }
    let elsewhere = found.filter { !$0.isSubject }.map(\.setting)
    return elsewhere.first { $0 != .road } ?? elsewhere.first ?? found.first?.setting
  }

  private static func colors(in words: [Word]) -> [String] {
    var colors: [String] = []
    for word in words {
      if let color = Lexicon.colors[word.lower], !colors.contains(color) { colors.append(color) }
    }
    return colors
  }

  private static func musicStyle(in words: [Word]) -> String? {
    for (index, word) in words.enumerated() {
      if let style = Lexicon.musicStyles[word.lower] { return style }
      let next = words.dropFirst(index + 1).first.map(\.lower)
      if let style = Lexicon.qualifiedMusicStyles[word.lower], let next, Lexicon.musicNouns.contains(next) {
        return style
      }
      if word.lower == "hip", next == "hop" { return "hip-hop" }
    }
    return nil
  }

  /// Numbers count as a tempo only beside `bpm`, so that `route 66` and `a 90 year old` say none.
  private static func musicalText(_ words: [Word]) -> String {
    let kept = words.enumerated().filter { index, word in
      let isNumber = word.lower.allSatisfy { $0.isNumber || $0 == "-" }
      return !isNumber || words.dropFirst(index + 1).first?.lower == "bpm"
    }
    return kept.map(\.element.lower).joined(separator: " ")
  }

  /// What stands in the first pair of double quotes, if it may be a name.
  private static func quoted(in prompt: String) -> String? {
    let parts = prompt.split(maxSplits: 2, omittingEmptySubsequences: false) { "\"“”«»".contains($0) }
    guard parts.count == 3 else { return nil }
    let name = String(parts[1]).cleaned
    return (1...120).contains(name.utf8.count) ? name : nil
  }

  /// The capitalised words after `called` or `named`.
  private static func named(in words: [Word]) -> String? {
    guard let index = words.firstIndex(where: { ["called", "named"].contains($0.lower) }) else { return nil }
    let name = words[(index + 1)...].prefix(3).prefix { $0.isCapitalised }
    return name.isEmpty ? nil : name.map(\.text).joined(separator: " ").prefix(utf8: 120)
  }
}
