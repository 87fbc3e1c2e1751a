import Contracts

extension Template {
  static let musicVideo = Template(
    id: "music_video", name: "Music video",
    description: "Pictures that go with a beat: verse, chorus, bridge.",
    keywords: [
      "music", "song", "band", "singer", "concert", "dance", "dancer", "dancing", "rapper", "dj", "guitarist",
      "festival", "chorus", "lyric", "album",
    ],
    subject: "performer", setting: .city, timeOfDay: .night,
    beats: [
      Beat(
        "Intro", weight: 1.5, .extremeWide, .dollyIn,
        "{place} pulsing, {subject} appearing in it", "far away in {place}, {subject} beginning to move"),
      Beat(
        "Verse", weight: 2, .medium, .panLeft,
        "{subject} moving with the rhythm", "the camera travels along {subject}"),
      Beat(
        "Chorus", weight: 2.5, .wide, .orbitRight,
        "everything turning around {subject}", "{subject} in the centre, light on every beat"),
      Beat(
        "Bridge", weight: 1.5, .closeUp, .zoomIn,
        "stillness, only {subject}", "a breath: {subject} up close"),
      Beat(
        "Last chorus", weight: 2, .wide, .handheld,
        "{subject} giving everything in {light}", "{place} dancing with {subject}"),
      Beat(
        "Outro", weight: 1, .extremeWide, .dollyOut,
        "{subject} growing small in {place}", "the lights of {place} outlast {subject}"),
    ],
    defaults: SpecDefaults(
      style: StyleSpec(
        palette: ["#0d0714", "#3b1458", "#a3268f", "#ff5d73", "#ffe3b0"],
        look: "saturated, rhythmic, bold shapes", lighting: "coloured stage light, haze"),
      product: ProductSpec(name: "The song", description: "A performance in one take"),
      audio: AudioSpec(musicStyle: "electronic", tempo: "fast", mood: "energetic", bpm: 124)))

  static let explainer = Template(
    id: "explainer", name: "Explainer",
    description: "A question, how it works, and what follows from it.",
    keywords: [
      "explain", "explains", "explainer", "explaining", "how", "tutorial", "guide", "learn", "lesson",
      "step", "works", "understand", "science", "teach", "introduction",
    ],
    subject: "idea", setting: .studio, timeOfDay: .day,
    beats: [
      Beat(
        "Question", weight: 1.5, .wide, .zoomIn,
        "{subject} in {place}, and a question about it", "what is it about {subject}?"),
      Beat(
        "Parts", weight: 2.5, .overhead, .panRight,
        "the parts of {subject}, laid out in order", "{subject} from above, laid out clearly"),
      Beat(
        "How it works", weight: 3, .medium, .orbitLeft,
        "step by step {subject} set in motion", "one part of {subject} moving the next"),
      Beat(
        "Example", weight: 2, .closeUp, .dollyIn,
        "{subject} at work in {place}", "a single case of {subject} up close"),
      Beat(
        "Answer", weight: 1.5, .wide, .dollyOut,
        "everything about {subject} falling into place", "{subject} as a whole, in {light}"),
    ],
    defaults: SpecDefaults(
      style: StyleSpec(
        palette: ["#1f2d3d", "#3f6c8f", "#6fb1a0", "#f2c57c", "#fbf7ee"],
        look: "simple shapes, flat and clear", lighting: "even, bright, without harsh shadows"),
      product: ProductSpec(name: "The idea", description: "Something worth understanding"),
      audio: AudioSpec(musicStyle: "acoustic", tempo: "medium", mood: "joyful", bpm: 104)))

  static let natureFilm = Template(
    id: "nature_film", name: "Nature film",
    description: "A landscape and what lives in it, patient and wide.",
    keywords: [
      "nature", "wildlife", "landscape", "wilderness", "forest", "animal", "ocean", "river", "waterfall",
      "documentary", "glacier", "savanna", "rainforest", "season", "wild",
    ],
    subject: "landscape", setting: .meadow, timeOfDay: .dawn,
    beats: [
      Beat(
        "The land", weight: 2.5, .extremeWide, .panRight,
        "{place} wide open in {light}", "{light} comes over {place}"),
      Beat(
        "Signs of life", weight: 2, .wide, .dollyIn,
        "{subject} coming into view", "something stirs: {subject}"),
      Beat(
        "Close to it", weight: 2, .closeUp, .still,
        "{subject} breathing, unaware of the camera", "textures of {subject}, wind and light"),
      Beat(
        "In motion", weight: 2, .medium, .panLeft,
        "{subject} moving through {place}", "the camera keeps pace with {subject}"),
      Beat(
        "Farewell", weight: 2, .extremeWide, .tiltUp,
        "{place} taking {subject} in again", "the sky over {place}, {subject} far below"),
    ],
    defaults: SpecDefaults(
      style: StyleSpec(
        palette: ["#16241d", "#3c5a40", "#7f9b6a", "#d2c48e", "#f6f0dd"],
        look: "natural, wide, fine detail", lighting: "low sun through mist"),
      product: ProductSpec(name: "The living world", description: "A place and what lives in it"),
      audio: AudioSpec(musicStyle: "ambient", tempo: "slow", mood: "calm", bpm: 72)))

  static let singleTake = Template(
    id: "single_take", name: "Single take",
    description: "One subject, one place, one unbroken move; taken when nothing speaks for another template.",
    keywords: [],
    subject: "scene", setting: .meadow, timeOfDay: .day,
    beats: [
      Beat(
        "Opening", weight: 2, .extremeWide, .dollyIn,
        "{place} in {light}, {subject} far away", "{subject} appearing in the distance, in {place}"),
      Beat(
        "Approach", weight: 2, .wide, .panRight,
        "{subject} coming closer", "the camera finds its way to {subject}"),
      Beat(
        "Encounter", weight: 2.5, .medium, .orbitLeft,
        "the camera goes around {subject}", "{subject} passing, {place} turning behind"),
      Beat(
        "Up close", weight: 1.5, .closeUp, .dollyIn,
        "every detail of {subject} in {light}", "{subject} filling the frame"),
      Beat(
        "Departure", weight: 2, .wide, .dollyOut,
        "{subject} left behind, {place} remaining", "{subject} growing small in {place}"),
    ],
    defaults: SpecDefaults(
      style: StyleSpec(
        palette: ["#1a1f2b", "#4a5568", "#8f8a80", "#d8b98a", "#f8efe0"],
        look: "cinematic, wide lens, gentle grain", lighting: "natural light, soft contrast"),
      product: ProductSpec(name: "The scene", description: "What the prompt describes"),
      audio: AudioSpec(musicStyle: "cinematic", tempo: "medium", mood: "dreamy", bpm: 88)))
}
