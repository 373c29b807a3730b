"""Reads a published repository through the hub's own Python client, unmodified: its files, and the digests of what it downloads."""
import hashlib
import json
import os
import sys

from huggingface_hub import HfApi, snapshot_download

repository, directory = sys.argv[1:]
api = HfApi()
root = snapshot_download(repository, local_dir=directory)
digests = {}
for folder, _, names in os.walk(root):
    if ".cache" in folder:
        continue
    for name in names:
        path = os.path.join(folder, name)
        with open(path, "rb") as file:
            digests[os.path.relpath(path, root).replace(os.sep, "/")] = hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else hashlib.sha256(file.read()).hexdigest()
print(json.dumps({"tree": sorted(entry.path for entry in api.list_repo_tree(repository, recursive=True) if hasattr(entry, "blob_id")), "digests": digests}))
