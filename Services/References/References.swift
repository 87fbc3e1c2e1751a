@main struct References {
  static func main() async throws {}
}
