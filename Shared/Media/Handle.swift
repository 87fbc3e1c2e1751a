/// Owns one libav object and frees it with the function it was made with.
///
/// A type of its own because an initialiser that throws half-way can only drop what owns itself.
struct Handle<Object>: ~Copyable {
  let raw: UnsafeMutablePointer<Object>
  private let free: (UnsafeMutablePointer<UnsafeMutablePointer<Object>?>) -> Void

  /// Takes what an allocation function of libav returned, which is nothing when there is no memory.
  init(
    _ raw: UnsafeMutablePointer<Object>?,
    free: @escaping (UnsafeMutablePointer<UnsafeMutablePointer<Object>?>) -> Void
  ) throws(MediaError) {
    guard let raw else { throw .outOfMemory }
    self.raw = raw
    self.free = free
  }

  deinit {
    var owned: UnsafeMutablePointer<Object>? = raw
    free(&owned)
  }
}

/// Owns one libav object of a type that C does not show.
struct OpaqueHandle: ~Copyable {
  let raw: OpaquePointer
  private let free: (OpaquePointer) -> Void

  init(_ raw: OpaquePointer?, free: @escaping (OpaquePointer) -> Void) throws(MediaError) {
    guard let raw else { throw .outOfMemory }
    self.raw = raw
    self.free = free
  }

  deinit { free(raw) }
}
