"""F1: Flask and one query."""

import os
from typing import Any

from bson import json_util
from flask import Flask, request
from pymongo import MongoClient

app = Flask(__name__)
documents: Any = MongoClient(os.environ["MONGO_URI"], retryWrites=False)["bench_floors"].documents


@app.get("/one")
def one() -> str:
    """Return a document."""
    return json_util.dumps(documents.find_one({"_id": request.args["id"]}))
