/// How fast music goes, in words and in numbers.
struct Tempo: Sendable, Equatable {
  var name: String
  var bpm: Int

  static let range = 40...220

  /// Reads `fast`, `slow tempo`, `140 BPM` or `140-150 BPM` (the middle); nil where nothing says a tempo.
  init?(reading text: String) {
    let words = Word.split(text)
    let numbers = words.flatMap { $0.lower.split(separator: "-").compactMap { Int($0) } }
      .filter(Self.range.contains)
    if let first = numbers.first {
      bpm = (first + (numbers.dropFirst().first ?? first)) / 2
      name = bpm < 85 ? "slow" : bpm < 118 ? "medium" : "fast"
    } else if let tempo = words.lazy.compactMap({ Lexicon.tempos[$0.lower] }).first {
      self = tempo
    } else {
      return nil
    }
  }

  init(name: String, bpm: Int) {
    self.name = name
    self.bpm = bpm
  }
}
