import FoundationEssentials
import Testing

@testable import Media

struct SoundTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [1152, 48_000, 49_600, 71_999])
  func mp3DecodesToAsManySamplesAsItWasGiven(samples: Int) throws {
    let path = folder.path("music.mp3")
    let left = tone(samples: samples)
    let right = [Float](repeating: 0, count: samples)
    try AudioWriter.writeMP3(left: left, right: right, to: path)
    let read = try AudioReader.readFloat(path)
    #expect(read.left.count == samples && read.right.count == samples)
    let error = zip(read.left, left).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    #expect((error / Float(samples)).squareRoot() < 0.03, "The sound lies where it lay.")
    #expect(read.right.allSatisfy { abs($0) < 0.05 })
  }

  @Test func mp3IsWhatPlayersExpect() throws {
    let path = folder.path("music.mp3")
    try AudioWriter.writeMP3(left: tone(samples: 48_000), right: tone(samples: 48_000), to: path)
    let sound = try #require(try Probe.probe(path).audios.first)
    #expect(sound.codec == "mp3" && sound.sampleRate == 48_000 && sound.channels == 2)
    #expect(sound.bitRate == 192_000)
  }

  @Test func impossibleSoundIsRefused() throws {
    let path = folder.path("music.mp3")
    let write = { (left: Int, right: Int, rate: Int) in
      try AudioWriter.writeMP3(
        left: tone(samples: left), right: tone(samples: right), sampleRate: rate, to: path)
    }
    #expect(refusal { try write(4800, 4799, 48_000) } == .invalidArgument)
    #expect(refusal { try write(0, 0, 48_000) } == .invalidArgument)
    #expect(refusal { try write(4800, 4800, 44_100) } == .invalidArgument)
    #expect(try folder.names().isEmpty)
  }

  @Test func readingEndsAtTheLimit() throws {
    let path = folder.path("music.mp3")
    try AudioWriter.writeMP3(left: tone(samples: 48_000), right: tone(samples: 48_000), to: path)
    #expect(try AudioReader.readFloat(path, maximumSamples: 10_001).left.count == 10_001)
  }

  @Test func oneChannelOf16BitIsHeardFromBothSidesAtItsLevel() throws {
    let path = folder.path("mono.wav")
    try wave(tone(samples: 24_000), rate: 48_000).write(to: URL(filePath: path))
    let read = try AudioReader.readFloat(path)
    #expect(read.left.count == 24_000 && read.left == read.right)
    #expect(abs(try #require(read.left.max()) - 0.5) < 0.001)
  }

  @Test func otherRatesAreResampledToTheSameTime() throws {
    let path = folder.path("mono.wav")
    try wave(tone(samples: 22_050), rate: 44_100).write(to: URL(filePath: path))
    #expect(abs(try AudioReader.readFloat(path).left.count - 24_000) <= 1)
  }

  /// A mono WAV file of 16-bit samples.
  private func wave(_ samples: [Float], rate: UInt32) -> Data {
    let bytes = { (value: UInt32, count: Int) in (0..<count).map { UInt8(value >> ($0 * 8) & 0xFF) } }
    let size = UInt32(samples.count * 2)
    var file = Data("RIFF".utf8) + bytes(36 + size, 4) + Data("WAVEfmt ".utf8) + bytes(16, 4)
    file += bytes(1, 2) + bytes(1, 2) + bytes(rate, 4) + bytes(rate * 2, 4) + bytes(2, 2) + bytes(16, 2)
    file += Data("data".utf8) + bytes(size, 4)
    for sample in samples { file += bytes(UInt32(bitPattern: Int32(sample * 32_768)), 2) }
    return file
  }
}
