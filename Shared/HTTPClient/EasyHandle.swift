import CCurl

/// The owner of one `CURL *`, with the header list and the message buffer it points to.
struct EasyHandle: ~Copyable {
  let raw: UnsafeMutableRawPointer
  private let message: UnsafeMutablePointer<CChar>
  private var fields: UnsafeMutablePointer<curl_slist>?

  init() throws(TransferError) {
    guard let raw = curl_easy_init() else { throw .outOfMemory }
    let message = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    guard ccurl_set_pointer(raw, CURLOPT_ERRORBUFFER, message) == CURLE_OK,
      ccurl_set_close_on_exec(raw) == CURLE_OK
    else {
      curl_easy_cleanup(raw)
      message.deallocate()
      throw .outOfMemory
    }
    self.raw = raw
    self.message = message
    fields = nil
  }

  deinit {
    curl_easy_cleanup(raw)
    curl_slist_free_all(fields)
    message.deallocate()
  }

  /// libcurl's account of the last failure, or the name of `code` when it gave none.
  func explanation(of code: CURLcode) -> String {
    message.pointee == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: message)
  }

  /// The bytes of requests that were handed to a connected socket.
  var requestBytes: Int {
    var count = 0
    return ccurl_get_long(raw, CURLINFO_REQUEST_SIZE, &count) == CURLE_OK ? count : 0
  }

  borrowing func set(_ option: CURLoption, _ value: Int) throws(TransferError) {
    try check(ccurl_set_long(raw, option, value))
  }

  borrowing func set(_ option: CURLoption, _ value: Bool) throws(TransferError) {
    try check(ccurl_set_long(raw, option, value ? 1 : 0))
  }

  borrowing func set(_ option: CURLoption, offset: Int) throws(TransferError) {
    try check(ccurl_set_offset(raw, option, curl_off_t(offset)))
  }

  borrowing func set(_ option: CURLoption, _ value: String) throws(TransferError) {
    try check(ccurl_set_string(raw, option, value))
  }

  borrowing func set(_ option: CURLoption, bytes: UnsafeRawPointer?) throws(TransferError) {
    try check(ccurl_set_bytes(raw, option, bytes))
  }

  borrowing func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer) throws(TransferError) {
    try check(ccurl_set_pointer(raw, option, pointer))
  }

  borrowing func set(_ option: CURLoption, write: @escaping curl_write_callback) throws(TransferError) {
    try check(ccurl_set_write(raw, option, write))
  }

  borrowing func set(_ option: CURLoption, read: @escaping curl_read_callback) throws(TransferError) {
    try check(ccurl_set_read(raw, option, read))
  }

  borrowing func set(_ option: CURLoption, seek: @escaping curl_seek_callback) throws(TransferError) {
    try check(ccurl_set_seek(raw, option, seek))
  }

  /// Sends these lines; a line `Name:` removes a field that libcurl would add, `Name;` sends an empty one.
  mutating func set(lines: [String]) throws(TransferError) {
    for line in lines {
      guard let longer = curl_slist_append(fields, line) else { throw .outOfMemory }
      fields = longer
    }
    try check(ccurl_set_list(raw, CURLOPT_HTTPHEADER, fields))
  }

  private borrowing func check(_ code: CURLcode) throws(TransferError) {
    guard code == CURLE_OK else {
      throw TransferError(kind: .invalidRequest, code: code, message: explanation(of: code))
    }
  }
}
