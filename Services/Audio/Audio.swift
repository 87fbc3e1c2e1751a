@main struct Audio {
  static func main() async throws {}
}
