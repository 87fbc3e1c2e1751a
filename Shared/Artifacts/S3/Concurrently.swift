/// Runs `body` for every number below `count`, at most `width` at once, and answers in order; the first
/// failure cancels the rest.
func concurrently<Value: Sendable>(
  _ count: Int, width: Int, _ body: @escaping @Sendable (Int) async throws(ArtifactError) -> Value
) async throws(ArtifactError) -> [Value] {
  typealias Outcome = (index: Int, result: Result<Value, ArtifactError>)
  let result: Result<[Value], ArtifactError> = await withTaskGroup(of: Outcome.self) { group in
    let add = { (group: inout TaskGroup<Outcome>, index: Int) in
      group.addTask {
        do throws(ArtifactError) {
          return (index, .success(try await body(index)))
        } catch {
          return (index, .failure(error))
        }
      }
    }
    for index in 0..<min(count, width) { add(&group, index) }
    var values = [Value?](repeating: nil, count: count)
    var next = width
    var failure: ArtifactError?
    while let (index, result) = await group.next() {
      switch result {
      case .success(let value): values[index] = value
      case .failure(let error):
        failure = failure ?? error
        group.cancelAll()
      }
      if failure == nil, next < count {
        add(&group, next)
        next += 1
      }
    }
    return failure.map { .failure($0) } ?? .success(values.compactMap { $0 })
  }
  return try result.get()
}
