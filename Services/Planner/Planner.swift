@main struct Planner {
  static func main() async throws {}
}
