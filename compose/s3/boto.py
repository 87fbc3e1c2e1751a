#!/usr/bin/env python3
"""Puts a file into a bucket or gets one out of it with boto3, in parts above 8 MB: what others write and read."""
import argparse

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--endpoint", required=True)
parser.add_argument("--access-key", required=True)
parser.add_argument("--secret-key", required=True)
parser.add_argument("--bucket", required=True)
parser.add_argument("action", choices=["put", "get"])
parser.add_argument("key")
parser.add_argument("file")
options = parser.parse_args()
client = boto3.client(
    "s3", endpoint_url=options.endpoint, region_name="us-east-1", aws_access_key_id=options.access_key,
    aws_secret_access_key=options.secret_key, config=Config(s3={"addressing_style": "path"}))
transfer = TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=5 << 20)
if options.action == "put":
    client.upload_file(options.file, options.bucket, options.key, Config=transfer)
else:
    client.download_file(options.bucket, options.key, options.file, Config=transfer)
