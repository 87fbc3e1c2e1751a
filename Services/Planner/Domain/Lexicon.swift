import Contracts

/// The words that the planner knows, and what they mean.
enum Lexicon {
  static let subjects: [String: SubjectKind] = words([
    .car:
      "car automobile taxi cab truck van suv convertible roadster limousine bus vehicle motorcycle motorbike",
    .bottle:
      "bottle perfume fragrance wine beer lotion shampoo serum whisky whiskey champagne soda flask juice",
    .box: "box package parcel gift laptop speaker chocolate present book crate cereal soap",
    .person: """
    person man woman girl boy child kid dancer runner singer actor chef astronaut athlete cyclist hiker surfer \
    people friend family couple band musician artist worker team crowd student traveler traveller mother father \
    dancers children men women skater rider fisherman farmer monk painter guitarist knight pilot grandmother
    """,
    .animal: """
    animal dog cat horse fox wolf bear deer elephant lion tiger rabbit whale dolphin fish turtle cow sheep \
    puppy kitten leopard zebra giraffe jellyfish shark camel wolves monkey panda squirrel hedgehog
    """,
    .bird:
      "bird eagle owl hawk seagull gull raven crow parrot heron swan goose geese sparrow hummingbird falcon",
    .tree: "tree oak pine willow birch bonsai palm sapling flower rose tulip sunflower",
    .building:
      "building skyscraper tower castle house temple cathedral church skyline bridge cabin barn palace",
    .boat: "boat ship sailboat yacht canoe kayak ferry vessel raft gondola",
    .lighthouse: "lighthouse beacon",
    .mountain: "mountain peak volcano summit hill glacier ridge",
    .cup: "cup mug coffee tea espresso latte cappuccino teacup",
    .shoe: "shoe sneaker boot trainer sandal heel footwear",
    .phone: "phone smartphone handset iphone tablet app",
  ])

  /// Kinds that are more often where something happens than what it happens to.
  static let scenery: Set<SubjectKind> = [.mountain, .tree, .building]

  static let settings: [String: Setting] = words([
    .desert: "desert dune sahara sand canyon",
    .city:
      "city street downtown urban metropolis tokyo paris london york alley skyline square market rooftop",
    .forest: "forest wood woods jungle rainforest woodland grove",
    .sea:
      "sea ocean beach coast wave harbour harbor shore bay lake river island underwater seaside cliff reef",
    .mountains: "mountain mountains alps peak summit himalaya andes ridge valley volcano",
    .meadow: "meadow field grass garden park countryside farm prairie savanna savannah hill vineyard",
    .studio: "studio backdrop pedestal plinth turntable",
    .interior:
      "room kitchen interior cafe café office home house bar restaurant library museum hall desk table gym",
    .snow: "snow snowy winter arctic ice icy tundra glacier antarctica blizzard",
    .space: "space galaxy planet orbit cosmos universe nebula moon mars spaceship asteroid",
    .road: "road highway motorway track racetrack route",
  ])

  static let times: [String: TimeOfDay] = words([
    .dawn: "dawn sunrise daybreak morning",
    .day: "noon midday afternoon sunny daylight daytime sunlit",
    .dusk: "dusk sunset twilight evening sundown golden",
    .night: "night midnight moonlit moonlight starry nighttime nocturnal neon",
  ])

  static let colors: [String: String] = [
    "red": "#c8332b", "crimson": "#a3142c", "scarlet": "#d4281f", "maroon": "#6d1a24", "orange": "#e8792b",
    "amber": "#f0a02c", "gold": "#d4a637", "golden": "#d9a83c", "yellow": "#f0cf3c", "green": "#3c8d4a",
    "emerald": "#1f8a5b", "olive": "#76803a", "teal": "#1f8a8a", "turquoise": "#35b6b0", "cyan": "#35b8d6",
    "blue": "#2f62c0", "navy": "#1b2a55", "indigo": "#41348f", "violet": "#7a4fc0", "purple": "#6f3a9c",
    "magenta": "#c23a93", "pink": "#ec8fb0", "brown": "#7a4e2d", "beige": "#dcc9a3", "white": "#f4f2ec",
    "black": "#1a1a1d", "grey": "#85888c", "gray": "#85888c", "silver": "#c0c4c8", "copper": "#b5693c",
    "bronze": "#9a6b35", "cream": "#f5ead0",
  ]

  static let moods: [String: String] = words([
    "calm": "calm peaceful serene quiet tranquil gentle relaxing soothing meditative still",
    "energetic": "energetic exciting dynamic powerful intense explosive vibrant action adrenaline",
    "joyful": "joyful happy fun playful cheerful upbeat sunny funny festive bright",
    "melancholic": "melancholic melancholy sad lonely nostalgic bittersweet wistful longing sorrowful",
    "mysterious": "mysterious dark ominous eerie haunting spooky foggy secret enigmatic",
    "epic": "epic heroic dramatic majestic grand monumental legendary triumphant",
    "romantic": "romantic tender love intimate loving",
    "dreamy": "dreamy surreal ethereal magical dreamlike floating whimsical enchanted",
    "inspiring": "inspiring hopeful uplifting motivating optimistic inspirational",
    "tense": "tense suspenseful thrilling nervous urgent chase",
    "elegant": "elegant luxury luxurious sophisticated refined premium sleek",
    "warm": "warm cozy cosy homely friendly heartwarming",
  ])

  static let tempos: [String: Tempo] = [
    "slow": Tempo(name: "slow", bpm: 70), "slowly": Tempo(name: "slow", bpm: 70),
    "gentle": Tempo(name: "slow", bpm: 74), "relaxed": Tempo(name: "slow", bpm: 78),
    "medium": Tempo(name: "medium", bpm: 100), "moderate": Tempo(name: "medium", bpm: 100),
    "midtempo": Tempo(name: "medium", bpm: 100), "fast": Tempo(name: "fast", bpm: 132),
    "quick": Tempo(name: "fast", bpm: 128), "rapid": Tempo(name: "fast", bpm: 138),
    "racing": Tempo(name: "fast", bpm: 138), "upbeat": Tempo(name: "fast", bpm: 122),
    "driving": Tempo(name: "fast", bpm: 126), "fast-paced": Tempo(name: "fast", bpm: 136),
    "frantic": Tempo(name: "fast", bpm: 150),
  ]

  /// Styles whose name means music wherever it stands.
  static let musicStyles: [String: String] = [
    "ambient": "ambient", "orchestral": "orchestral", "orchestra": "orchestral", "symphony": "orchestral",
    "hip-hop": "hip-hop", "hiphop": "hip-hop", "trap": "hip-hop", "jazz": "jazz", "techno": "electronic",
    "edm": "electronic", "synthwave": "electronic", "lo-fi": "lo-fi", "lofi": "lo-fi",
    "house-music": "electronic",
  ]

  /// Styles whose name means music only in front of a word for it.
  static let qualifiedMusicStyles: [String: String] = [
    "electronic": "electronic", "acoustic": "acoustic", "cinematic": "cinematic", "rock": "rock",
    "pop": "pop",
    "classical": "orchestral", "folk": "acoustic", "house": "electronic", "piano": "acoustic",
  ]

  static let musicNouns: Set<String> = [
    "music", "soundtrack", "score", "song", "beat", "beats", "track", "tune", "guitar", "band",
  ]

  static let looks: [String: String] = [
    "cinematic": "cinematic, shallow depth of field", "noir": "film noir, hard contrast",
    "documentary": "documentary, natural", "minimalist": "minimalist, clean surfaces",
    "minimal": "minimalist, clean surfaces", "watercolor": "watercolour, soft edges",
    "watercolour": "watercolour, soft edges", "anime": "anime, flat colours",
    "pastel": "pastel, soft contrast",
    "neon": "neon, glowing edges", "monochrome": "monochrome", "futuristic": "futuristic, cool and polished",
    "handmade": "handmade, tactile", "surreal": "surreal, dreamlike", "gritty": "gritty, grainy film",
  ]

  /// Each word of each list with the key it stands under; no word may stand in two lists.
  private static func words<Key: Hashable>(_ lists: [Key: String]) -> [String: Key] {
    var result: [String: Key] = [:]
    for (key, list) in lists {
      for word in list.split(separator: " ") { result[String(word)] = key }
    }
    return result
  }
}
