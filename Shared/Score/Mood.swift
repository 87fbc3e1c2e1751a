/// What the harmony sounds like.
enum Mood: String, Sendable, CaseIterable {
  case calm, energetic, joyful, melancholic, mysterious, epic, romantic, dreamy, inspiring, tense, elegant,
    warm

  /// The mood that most words of `text` mean; warm where none is known.
  static func reading(_ text: String) -> Mood {
    let words = text.lowercased().split { !$0.isLetter }.map(String.init)
    var best = (mood: Mood.warm, score: 0)
    for mood in allCases {
      let score = words.filter { $0 == mood.rawValue || mood.synonyms.contains($0) }.count
      if score > best.score { best = (mood, score) }
    }
    return best.mood
  }

  private var synonyms: Set<String> {
    switch self {
    case .calm:
      ["peaceful", "serene", "quiet", "tranquil", "gentle", "relaxing", "relaxed", "soothing", "soft"]
    case .energetic: ["exciting", "dynamic", "powerful", "intense", "vibrant", "driving", "strong"]
    case .joyful: ["happy", "fun", "playful", "cheerful", "upbeat", "bright", "festive", "light", "curious"]
    case .melancholic: ["melancholy", "sad", "lonely", "nostalgic", "bittersweet", "wistful", "sorrowful"]
    case .mysterious: ["dark", "ominous", "eerie", "haunting", "spooky", "secret", "enigmatic", "night"]
    case .epic: ["heroic", "dramatic", "majestic", "grand", "monumental", "triumphant", "bold"]
    case .romantic: ["tender", "love", "intimate", "loving", "sweet"]
    case .dreamy: ["surreal", "ethereal", "magical", "floating", "whimsical", "dreamlike", "spacey"]
    case .inspiring: ["hopeful", "uplifting", "motivating", "optimistic", "confident", "inspirational"]
    case .tense: ["suspenseful", "thrilling", "nervous", "urgent", "aggressive", "suspense"]
    case .elegant: ["luxury", "luxurious", "sophisticated", "refined", "premium", "sleek", "cool", "stylish"]
    case .warm: ["cozy", "friendly", "homely", "natural", "organic", "comfortable"]
    }
  }

  /// Semitones of the scale's seven steps above the root.
  var scale: [Int] {
    switch self {
    case .joyful, .inspiring, .warm, .romantic, .calm: [0, 2, 4, 5, 7, 9, 11]
    case .dreamy: [0, 2, 4, 6, 7, 9, 11]
    case .elegant: [0, 2, 3, 5, 7, 9, 10]
    case .energetic, .epic, .melancholic: [0, 2, 3, 5, 7, 8, 10]
    case .tense: [0, 2, 3, 5, 7, 8, 11]
    case .mysterious: [0, 1, 3, 5, 7, 8, 10]
    }
  }

  /// Chords as steps of the scale, in fours; the first is home.
  var progressions: [[Int]] {
    switch self {
    case .joyful: [[0, 4, 5, 3], [0, 3, 0, 4], [0, 5, 3, 4]]
    case .inspiring: [[0, 4, 5, 3], [3, 4, 5, 0], [0, 2, 3, 4]]
    case .warm: [[0, 3, 5, 4], [0, 5, 3, 4], [0, 2, 3, 3]]
    case .romantic: [[0, 2, 3, 4], [0, 5, 1, 4], [0, 4, 3, 0]]
    case .calm: [[0, 3, 0, 3], [0, 5, 3, 0], [0, 2, 3, 0]]
    case .dreamy: [[0, 1, 0, 1], [0, 1, 5, 4], [0, 2, 1, 0]]
    case .elegant: [[0, 3, 0, 3], [0, 2, 3, 6], [0, 6, 3, 0]]
    case .energetic: [[0, 6, 5, 6], [0, 5, 2, 6], [0, 0, 5, 6]]
    case .epic: [[0, 5, 2, 6], [0, 2, 6, 5], [0, 3, 5, 6]]
    case .melancholic: [[0, 5, 3, 4], [0, 3, 5, 6], [0, 6, 5, 5]]
    case .tense: [[0, 5, 0, 4], [0, 3, 0, 4], [0, 0, 5, 4]]
    case .mysterious: [[0, 1, 0, 6], [0, 5, 1, 0], [0, 3, 1, 0]]
    }
  }
}
