internal import Contracts
public import HTTPTypes
public import Hummingbird
internal import NIOCore

extension Problem: HTTPResponseError {
  public var status: HTTPResponse.Status { HTTPResponse.Status(code: statusCode) }

  public func response(from request: Request, context: some RequestContext) throws -> Response {
    var problem = self
    problem.instance = instance ?? request.uri.path
    var headers = headers
    headers[.contentType] = "application/problem+json"
    headers[.cacheControl] = "no-store"
    let data = try JSON.encode(problem)
    return Response(
      status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
  }
}

extension Response {
  /// An answer in JSON as the contracts write it.
  public static func json(
    _ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
  ) throws -> Response {
    var headers = headers
    headers[.contentType] = "application/json; charset=utf-8"
    let data = try JSON.encode(value)
    return Response(
      status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
  }
}
