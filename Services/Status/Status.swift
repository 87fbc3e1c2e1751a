@main struct Status {
  static func main() async throws {}
}
