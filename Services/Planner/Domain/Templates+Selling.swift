import Contracts

extension Template {
  static let productShowcase = Template(
    id: "product_showcase", name: "Product showcase",
    description: "One product, from a first glint to the hero shot.",
    keywords: [
      "product", "showcase", "gadget", "watch", "perfume", "packaging", "bottle", "sneaker", "device",
    ],
    subject: "product", setting: .studio, timeOfDay: .day,
    beats: [
      Beat(
        "Reveal", weight: 2, .wide, .dollyIn,
        "{subject} coming out of the shade as the light rises", "light sweeps in and finds {subject}"),
      Beat(
        "Detail", weight: 2, .detail, .panRight,
        "the surface and the edges of {subject} catching the light",
        "material and finish of {subject} up close"),
      Beat(
        "In use", weight: 2.5, .medium, .orbitLeft,
        "{subject} seen from every side, in {place}", "{subject} at work in {place}"),
      Beat(
        "Hero", weight: 2, .closeUp, .dollyIn,
        "{subject} filling the frame, confident and sharp", "{subject} at the centre of the light"),
      Beat(
        "Sign-off", weight: 1.5, .wide, .dollyOut,
        "{subject} at rest in {place}, with room for a name", "the camera leaves {subject} shining in {light}"
      ),
    ],
    defaults: SpecDefaults(
      style: StyleSpec(
        palette: ["#14161c", "#3a4250", "#8b94a3", "#d9c7a8", "#f7f3ea"],
        look: "clean, polished, shallow depth of field", lighting: "soft key light, crisp rim light"),
      product: ProductSpec(name: "The product", description: "A finely made object, shown from every side"),
      audio: AudioSpec(musicStyle: "electronic", tempo: "medium", mood: "elegant", bpm: 110)))

  static let lifestyleStory = Template(
    id: "lifestyle_story", name: "Lifestyle story",
    description: "People and a day of theirs, close and warm.",
    keywords: [
      "lifestyle", "friends", "family", "everyday", "routine", "together", "picnic", "breakfast", "weekend",
      "couple", "home", "vacation", "holiday",
    ],
    subject: "people", setting: .city, timeOfDay: .day,
    beats: [
      Beat(
        "Morning", weight: 2, .wide, .panRight,
        "{place} waking up around {subject}", "{subject} beginning the day in {place}"),
      Beat(
        "On the way", weight: 2, .medium, .handheld,
        "{subject} setting out, at ease", "a small gesture of {subject}, seen in passing"),
      Beat(
        "Together", weight: 3, .medium, .orbitRight,
        "a shared moment with {subject}, laughter and light", "{subject} at the heart of the afternoon"),
      Beat(
        "Close", weight: 1.5, .closeUp, .dollyIn,
        "a quiet look at {subject}", "hands, faces, a smile beside {subject}"),
      Beat(
        "Evening", weight: 2, .wide, .dollyOut,
        "the day going, {subject} staying, in {light}", "{place} glowing behind {subject} in {light}"),
    ],
    defaults: SpecDefaults(
      style: StyleSpec(
        palette: ["#2b2a33", "#6a5a4f", "#b98d66", "#e8c79b", "#fdf3e1"],
        look: "natural, warm, slightly handheld", lighting: "open window light, golden edges"),
      product: ProductSpec(name: "A good day", description: "What people do when they are at ease"),
      audio: AudioSpec(musicStyle: "acoustic", tempo: "medium", mood: "warm", bpm: 96)))

  static let brandAnnouncement = Template(
    id: "brand_announcement", name: "Brand announcement",
    description: "Something new is announced: expectation, reveal, promise.",
    keywords: [
      "brand", "announcement", "announce", "announcing", "introducing", "launch", "launching", "unveil",
      "unveiling", "logo", "company", "startup", "rebrand", "opening", "presenting",
    ],
    subject: "something new", setting: .studio, timeOfDay: .night,
    beats: [
      Beat(
        "Silence", weight: 1.5, .extremeWide, .still,
        "an empty {place}, only a line of light", "darkness over {place}, a first spark"),
      Beat(
        "Expectation", weight: 2, .medium, .dollyIn,
        "light gathering around the outline of {subject}", "something moves: the shape of {subject}"),
      Beat(
        "Reveal", weight: 2.5, .wide, .orbitRight,
        "{subject}, there all at once", "the light opens and shows {subject}"),
      Beat(
        "Promise", weight: 2, .closeUp, .tiltUp,
        "{subject} up close, calm and certain", "the camera climbs along {subject}"),
      Beat(
        "Name", weight: 2, .wide, .dollyOut,
        "{subject} in {light}, with room for a name", "{place} opening around {subject}"),
    ],
    defaults: SpecDefaults(
      style: StyleSpec(
        palette: ["#0b0d14", "#1f2a4a", "#4c5fa8", "#c7a04a", "#f4ecd8"],
        look: "bold, graphic, high contrast", lighting: "a single beam that widens"),
      product: ProductSpec(name: "Something new", description: "What the brand has to say"),
      audio: AudioSpec(musicStyle: "cinematic", tempo: "medium", mood: "epic", bpm: 100)))
}
