#!/usr/bin/env python3
"""An S3 server for tests and for the containers on one machine: moto's objects behind botocore's signatures.

moto accepts forged signatures, so every request is verified here first, as AWS would: the key, the signature of
the header or of the link, the hash of the body, the clock. Objects live in memory and end with the process.
"""
import argparse
import datetime
import hashlib
import io
import json
import os
import re
import signal
import socket
import threading
from email.utils import formatdate
from urllib.parse import parse_qs, urlsplit

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.moto_server.werkzeug_app import create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import Client

SKEW = 15 * 60
STREAMED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


class Refusal(Exception):
    """What S3 answers instead of doing it."""

    def __init__(self, status, code, message, retry_after=None):
        super().__init__(message)
        self.status, self.code, self.message, self.retry_after = status, code, message, retry_after

    def body(self):
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>{self.code}</Code><Message>{self.message}</Message><RequestId>local</RequestId></Error>""".encode()


class Verifier:
    """Checks a request's signature with botocore's own code."""

    def __init__(self, access_key, secret_key):
        self.credentials = Credentials(access_key, secret_key)

    def verify(self, method, url, headers, body, now):
        query = parse_qs(urlsplit(url).query, keep_blank_values=True)
        if "X-Amz-Signature" in query:
            return self.verify_link(method, url, query, headers, now)
        match = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})",
            headers.get("authorization", ""))
        if not match:
            raise Refusal(403, "AccessDenied", "Access Denied")
        key, day, region, names, signature = match.groups()
        claimed = headers.get("x-amz-content-sha256", "")
        stamp = headers.get("x-amz-date", "")
        self.check_key(key)
        if abs((self.time(stamp) - now).total_seconds()) > SKEW or stamp[:8] != day:
            raise Refusal(403, "RequestTimeTooSkewed",
                          "The difference between the request time and the current time is too large.")
        signed = names.split(";")
        unsigned = [name for name in headers if name.startswith("x-amz-") and name not in signed]
        if "host" not in signed or unsigned:
            raise Refusal(403, "AccessDenied", "There were headers present in the request which were not signed")
        auth = S3SigV4Auth(self.credentials, "s3", region)
        if signature != self.signature(auth, method, url, {name: headers[name] for name in signed if name in headers}, stamp):
            raise self.mismatch()
        if claimed not in ("UNSIGNED-PAYLOAD", STREAMED) and hashlib.sha256(body).hexdigest() != claimed:
            raise Refusal(400, "XAmzContentSHA256Mismatch",
                          "The provided 'x-amz-content-sha256' header does not match what was computed.")

    def verify_link(self, method, url, query, headers, now):
        value = lambda name: query.get(f"X-Amz-{name}", [""])[0]
        parts = value("Credential").split("/")
        if len(parts) != 5 or value("Algorithm") != "AWS4-HMAC-SHA256" or not value("Expires").isdigit():
            raise Refusal(400, "AuthorizationQueryParametersError", "Query-string authentication is malformed")
        if not 0 < int(value("Expires")) <= 604800:
            raise Refusal(400, "AuthorizationQueryParametersError",
                          "X-Amz-Expires must be less than a week (in seconds)")
        self.check_key(parts[0])
        begun = self.time(value("Date"))
        if now > begun + datetime.timedelta(seconds=int(value("Expires"))):
            raise Refusal(403, "AccessDenied", "Request has expired")
        if begun > now + datetime.timedelta(seconds=SKEW):
            raise Refusal(403, "AccessDenied", "Request is not yet valid")
        signature = value("Signature")
        unsigned = re.sub(r"&?X-Amz-Signature=[0-9a-f]*", "", url)
        auth = S3SigV4QueryAuth(self.credentials, "s3", parts[2])
        signed = {name: headers[name] for name in value("SignedHeaders").split(";") if name in headers}
        if signature != self.signature(auth, method, unsigned, signed, value("Date")):
            raise self.mismatch()

    def check_key(self, key):
        if key != self.credentials.access_key:
            raise Refusal(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")

    @staticmethod
    def signature(auth, method, url, headers, stamp):
        request = AWSRequest(method=method, url=url)
        for name, value in headers.items():
            request.headers[name] = value
        request.context["timestamp"] = stamp
        return auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)

    @staticmethod
    def mismatch():
        return Refusal(403, "SignatureDoesNotMatch",
                       "The request signature we calculated does not match the signature you provided.")

    @staticmethod
    def time(stamp):
        try:
            return datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
        except ValueError:
            raise Refusal(403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header") from None


class Server:
    """The WSGI application: verifies, injects the faults that a test asked for, and leaves the rest to moto."""

    def __init__(self, access_key, secret_key, domain, has_control):
        self.verifier = Verifier(access_key, secret_key)
        self.domain, self.has_control = domain, has_control
        self.moto = create_backend_app("s3")
        self.lock = threading.Lock()
        # One write at a time, so that "unless it is there" holds.
        self.writing = threading.Lock()
        self.states = {}

    def create(self, bucket):
        Client(self.moto).put(f"/{bucket}")

    def __call__(self, environ, start):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        raw = environ.get("REQUEST_URI") or environ["RAW_URI"]
        path, _, query = raw.partition("?")
        host = environ["HTTP_HOST"]
        if self.has_control and path.startswith("/_control/"):
            return self.control(environ["REQUEST_METHOD"], path.removeprefix("/_control/"), body, start)
        name = host.rsplit(":", 1)[0]
        is_host_style = name.endswith(f".{self.domain}")
        bucket = name.removesuffix(f".{self.domain}") if is_host_style else path.split("/")[1]
        method = environ["REQUEST_METHOD"]
        with self.lock:
            state = self.states.setdefault(bucket, {"seen": []}) if self.has_control else {}
            if self.has_control:
                state["seen"].append(f"{method} {raw}")
            fault = next((fault for fault in state.get("faults", []) if self.applies(fault, method, raw)), None)
            if fault:
                fault["times"] -= 1
        now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=state.get("clockOffset", 0))
        headers = {key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key.startswith("HTTP_")}
        for key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            if environ.get(key):
                headers[key.replace("_", "-").lower()] = environ[key]
        try:
            self.verifier.verify(method, f"http://{host}{raw}", headers, body, now)
            self.refuse(state, method)
            if fault and fault["do"] == "status":
                raise Refusal(fault["status"], fault["code"], "as the test wants", fault.get("retryAfter"))
            if fault and fault["do"] == "drop":
                return self.hang_up(environ)
            if fault and fault["do"] == "late":
                start("200 OK", [("Content-Type", "application/xml")])
                return [Refusal(500, "InternalError", "We encountered an internal error.").body()]
            if fault and fault["do"] == "garbage":
                start("200 OK", [("Content-Type", "text/html"), ("ETag", '"1"')])
                return [b"<html><ListBucketResult><Contents><Key>&#xFFFFFFFF;&bomb;<"]
        except Refusal as refusal:
            return self.answer(refusal, method, now, start)
        if is_host_style:
            environ["PATH_INFO"] = f"/{bucket}{environ['PATH_INFO']}"
            environ["RAW_URI"] = environ["REQUEST_URI"] = f"/{bucket}{raw}"
        if state.get("ignoresPreconditions"):
            environ.pop("HTTP_IF_NONE_MATCH", None)
        environ["HTTP_HOST"] = "localhost"
        environ["wsgi.input"] = io.BytesIO(body)
        if method == "GET":
            status, fields, content = self.run(environ)
        else:
            with self.writing:
                status, fields, content = self.run(environ)
        if state.get("saysNoChecksum"):
            fields = [field for field in fields if not field[0].lower().startswith("x-amz-checksum")]
        if fault and fault["do"] == "lose":
            return self.hang_up(environ)
        if fault and fault["do"] == "corrupt" and content:
            content = content[:-1] + bytes([content[-1] ^ 1])
        start(status, [field for field in fields if field[0].lower() != "date"] + [self.date(now)])
        if fault and fault["do"] == "truncate":
            return self.half(environ, content)
        return [content]

    def run(self, environ):
        answer = {}

        def start(status, fields, _=None):
            answer["head"] = (status, list(fields))

        content = b"".join(self.moto(environ, start))
        return *answer["head"], content

    @staticmethod
    def applies(fault, method, raw):
        return fault["times"] > 0 and fault.get("method", method) == method and fault.get("contains", "") in raw

    @staticmethod
    def refuse(state, method):
        if method in ("GET", "HEAD"):
            return
        if state.get("refusesWrites"):
            raise Refusal(403, "AccessDenied", "Access Denied")
        if state.get("isFull") and method != "DELETE":
            raise Refusal(507, "XMinioStorageFull", "Storage backend has reached its minimum free drive threshold.")

    @staticmethod
    def answer(refusal, method, now, start):
        fields = [("Content-Type", "application/xml"), Server.date(now)]
        if refusal.retry_after is not None:
            fields.append(("Retry-After", str(refusal.retry_after)))
        content = b"" if method == "HEAD" else refusal.body()
        start(f"{refusal.status} {refusal.code}", fields + [("Content-Length", str(len(content)))])
        return [content]

    @staticmethod
    def date(now):
        return "Date", formatdate(now.timestamp(), usegmt=True)

    @staticmethod
    def hang_up(environ):
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        raise ConnectionAbortedError

    @staticmethod
    def half(environ, content):
        yield content[: len(content) // 2]
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)

    def control(self, method, bucket, body, start):
        """PUT makes a bucket, POST sets what is wrong with it, GET tells what it was asked."""
        if method == "PUT":
            self.create(bucket)
            self.states[bucket] = {"seen": []}
        with self.lock:
            state = self.states.setdefault(bucket, {"seen": []})
            if method == "POST":
                state.update(json.loads(body))
            content = json.dumps({"seen": state["seen"]}).encode()
        start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(content)))])
        return [content]


class Handler(WSGIRequestHandler):
    disable_nagle_algorithm = True

    def send_response(self, code, message=None):
        # Without the field Date, which the application sends by its own clock.
        self.send_response_only(code, message)

    def log_request(self, *_):
        pass

    def log_error(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--host", default=os.environ.get("S3_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("S3_PORT", "9000")), help="0 takes a free one")
    parser.add_argument("--access-key", default=os.environ.get("AWS_ACCESS_KEY_ID"))
    parser.add_argument("--secret-key", default=os.environ.get("AWS_SECRET_ACCESS_KEY"))
    parser.add_argument("--bucket", default=os.environ.get("LONGTAKE_S3_BUCKET"), help="made at the start")
    parser.add_argument("--domain", default="s3.localhost", help="what follows the bucket in the host style")
    parser.add_argument("--port-file", help="where the port is written")
    parser.add_argument("--control", action="store_true", help="lets anybody make buckets and faults: for tests only")
    options = parser.parse_args()
    # A request that stalls on purpose must not keep the process from ending, nor the blocked signals of who started it.
    signal.pthread_sigmask(signal.SIG_SETMASK, set())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    if not options.access_key or not options.secret_key:
        parser.error("give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or --access-key and --secret-key")
    server = Server(options.access_key, options.secret_key, options.domain, options.control)
    if options.bucket:
        server.create(options.bucket)
    listener = make_server(options.host, options.port, server, threaded=True, request_handler=Handler)
    if options.port_file:
        with open(options.port_file, "w", encoding="ascii") as file:
            file.write(str(listener.port))
    print(f"S3 listens on http://{options.host}:{listener.port}", flush=True)
    listener.serve_forever()


if __name__ == "__main__":
    main()
