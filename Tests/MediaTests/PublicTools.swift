import Foundation

/// A program that everyone has did not do what it was asked for.
struct PublicToolFailed: Error { let output: String }

/// Runs ffmpeg to its end and returns what it said.
@discardableResult
func ffmpeg(_ arguments: [String]) throws -> String {
  let process = Process()
  let pipe = Pipe()
  process.executableURL = URL(filePath: "/usr/bin/ffmpeg")
  process.arguments = ["-nostdin", "-hide_banner", "-y"] + arguments
  process.standardOutput = pipe
  process.standardError = pipe
  try process.run()
  let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { throw PublicToolFailed(output: output) }
  return output
}

/// The number behind the last `label` in a text.
func number(after label: String, in text: String) -> Double? {
  guard let range = text.range(of: label, options: .backwards) else { return nil }
  let rest = text[range.upperBound...].drop { $0 == " " || $0 == ":" }
  return Double(rest.prefix { "+-.0123456789e".contains($0) })
}

/// Writes stereo float samples at 48 kHz as a WAV file.
func writeWAV(left: [Float], right: [Float], to path: String) throws {
  let bytes = { (value: Int, count: Int) in (0..<count).map { UInt8(value >> ($0 * 8) & 0xFF) } }
  let size = left.count * 8
  var file = Data("RIFF".utf8) + bytes(36 + size, 4) + Data("WAVEfmt ".utf8) + bytes(16, 4)
  file += bytes(3, 2) + bytes(2, 2) + bytes(48_000, 4) + bytes(48_000 * 8, 4) + bytes(8, 2) + bytes(32, 2)
  file += Data("data".utf8) + bytes(size, 4)
  for (a, b) in zip(left, right) {
    file += bytes(Int(a.bitPattern), 4) + bytes(Int(b.bitPattern), 4)
  }
  try file.write(to: URL(filePath: path))
}
