@main struct Chunks {
  static func main() async throws {}
}
