import CFFmpeg
import Glibc

/// A regular local file that libav reads through functions of ours, so that it can open nothing else.
final class SourceFile {
  let descriptor: Int32
  let size: Int64
  /// Ranges that are not read: whoever asks gets bytes that mean nothing, up to the end of the file.
  var skipped: [Range<Int64>] = []
  private var position: Int64 = 0
  private var io: UnsafeMutablePointer<AVIOContext>?

  private static let bufferBytes = 64 << 10

  init(_ path: String) throws(MediaError) {
    _ = try Library.url(path)
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw MediaError(averror: -errno, "Could not read \(path)") }
    descriptor = file
    var status = stat()
    let found = fstat(file, &status)
    size = found == 0 ? Int64(status.st_size) : 0
    guard found == 0 else { throw MediaError(averror: -errno, "Could not read \(path)") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw MediaError(.unreadable, "\(path) is not a regular file.", averror: -EISDIR)
    }
    guard size > 0 else { throw MediaError(.notMedia, "\(path) is empty.") }
  }

  deinit {
    if let io {
      av_free(io.pointee.buffer)
      var owned: UnsafeMutablePointer<AVIOContext>? = io
      avio_context_free(&owned)
    }
    close(descriptor)
  }

  /// A context that reads this file, which must live as long as it.
  func makeContext(
    _ cancel: CancellationFlag
  ) throws(MediaError) -> UnsafeMutablePointer<AVFormatContext> {
    guard let buffer = av_malloc(Self.bufferBytes) else { throw .outOfMemory }
    io = avio_alloc_context(
      buffer.assumingMemoryBound(to: UInt8.self), Int32(Self.bufferBytes), 0,
      Unmanaged.passUnretained(self).toOpaque(),
      { opaque, target, count in SourceFile.of(opaque)?.read(into: target, count) ?? -EIO }, nil,
      { opaque, offset, whence in SourceFile.of(opaque)?.seek(offset, whence) ?? Int64(-EIO) })
    guard let io else {
      av_free(buffer)
      throw .outOfMemory
    }
    guard let context = avformat_alloc_context() else { throw .outOfMemory }
    context.pointee.pb = io
    context.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
    // Whatever a file names besides itself stays closed.
    context.pointee.io_open = { _, _, _, _, _ in -EPERM }
    context.pointee.interrupt_callback = cancel.interrupt
    return context
  }

  /// Some bytes of the file, whatever is skipped; none where they are not there.
  func bytes(at offset: Int64, count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(0, pread(descriptor, buffer.baseAddress, count, off_t(offset)))
    }
  }

  private static func of(_ opaque: UnsafeMutableRawPointer?) -> SourceFile? {
    opaque.map { Unmanaged<SourceFile>.fromOpaque($0).takeUnretainedValue() }
  }

  private func read(into target: UnsafeMutablePointer<UInt8>?, _ count: Int32) -> Int32 {
    let rest = size - position
    guard rest > 0, count > 0 else { return rest > 0 ? 0 : cffmpeg_error_eof }
    var wanted = min(Int(count), Int(rest))
    if let range = skipped.first(where: { $0.contains(position) }) {
      wanted = min(wanted, Int(min(range.upperBound, size) - position))
      position += Int64(wanted)
      return Int32(wanted)
    }
    while true {
      let got = pread(descriptor, target, wanted, off_t(position))
      if got < 0, errno == EINTR { continue }
      guard got != 0 else { return cffmpeg_error_eof }
      guard got > 0 else { return -errno }
      position += Int64(got)
      return Int32(got)
    }
  }

  private func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
    let base: Int64
    switch whence & ~AVSEEK_FORCE {
    case AVSEEK_SIZE: return size
    case SEEK_SET: base = 0
    case SEEK_CUR: base = position
    case SEEK_END: base = size
    default: return Int64(-EINVAL)
    }
    let (place, overflow) = base.addingReportingOverflow(offset)
    guard !overflow, place >= 0 else { return Int64(-EINVAL) }
    position = place
    return place
  }
}
