"""Asks a hub through the hub's own Python client, unmodified, and prints what it says as JSON."""
import hashlib
import json
import os
import sys

from huggingface_hub import HfApi, get_hf_file_metadata, hf_hub_download, hf_hub_url, snapshot_download
from huggingface_hub.errors import GatedRepoError, RemoteEntryNotFoundError, RepositoryNotFoundError, RevisionNotFoundError

repository, gated, directory = sys.argv[1:]
api = HfApi()


def digests(root):
    found = {}
    for folder, _, names in os.walk(root):
        if ".cache" in folder:
            continue
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, root).replace(os.sep, "/")] = hashlib.sha256(file.read()).hexdigest()
    return found


def error(work):
    try:
        work()
    except (GatedRepoError, RemoteEntryNotFoundError, RepositoryNotFoundError, RevisionNotFoundError) as caught:
        return type(caught).__name__
    return None


info = api.model_info(repository, revision="main", files_metadata=False)
tree = list(api.list_repo_tree(repository, recursive=True))
metadata = get_hf_file_metadata(hf_hub_url(repository, "model.safetensors"))
snapshot = snapshot_download(repository, local_dir=os.path.join(directory, "snapshot"))
single = hf_hub_download(repository, "nested/notes.md", revision=info.sha, cache_dir=os.path.join(directory, "cache"))

print(json.dumps({
    "sha": info.sha,
    "siblings": sorted(sibling.rfilename for sibling in info.siblings),
    "tree": sorted([entry.path, entry.size, entry.lfs.sha256 if entry.lfs else entry.blob_id] for entry in tree if hasattr(entry, "blob_id")),
    "paths": [entry.path for entry in api.get_paths_info(repository, ["model.safetensors", "absent"])],
    "commit": metadata.commit_hash,
    "etag": metadata.etag,
    "size": metadata.size,
    "snapshot": digests(snapshot),
    "single": open(single).read(),
    "errors": [
        error(lambda: api.model_info("org/absent")),
        error(lambda: api.model_info(repository, revision="absent")),
        error(lambda: hf_hub_download(repository, "absent", cache_dir=os.path.join(directory, "cache"))),
        error(lambda: hf_hub_download(gated, "model.safetensors", cache_dir=os.path.join(directory, "cache"))),
    ],
}))
