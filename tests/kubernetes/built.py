"""Overlays, built: a reader of the few features of kustomize that ours use. What it does not know it refuses.

There is no kustomize to be had from a package registry; where `kubectl` is installed, `test_built.py` compares with it.
"""

import copy
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).parents[2]
KUBERNETES = REPOSITORY / "deploy" / "kubernetes"
OVERLAYS = ("development", "production")

KNOWN = {"apiVersion", "kind", "namespace", "resources", "images", "patches"}
CLUSTER_WIDE = {"Namespace"}

Manifest = dict[str, Any]


@cache
def _built(overlay: str) -> list[Manifest]:
    return build(KUBERNETES / "overlays" / overlay)


def manifests(overlay: str) -> list[Manifest]:
    """Return what an overlay deploys."""
    return copy.deepcopy(_built(overlay))


def of_kind(overlay: str, *kinds: str) -> dict[str, Manifest]:
    """Return the manifests of some kinds, by name."""
    return {each["metadata"]["name"]: each for each in manifests(overlay) if each["kind"] in kinds}


def build(folder: Path) -> list[Manifest]:
    """Resolve a folder's kustomization: resources, then patches, images and the namespace."""
    told = yaml.safe_load((folder / "kustomization.yaml").read_text())
    assert set(told) <= KNOWN, f"{folder}: cannot build {set(told) - KNOWN}"
    found = [each for name in told["resources"] for each in _resource(folder / name)]
    for patch in told.get("patches", []):
        _patch(found, patch, folder)
    for image in told.get("images", []):
        _set_image(found, image)
    if "namespace" in told:
        for each in found:
            if each["kind"] not in CLUSTER_WIDE:
                each["metadata"]["namespace"] = told["namespace"]
    return found


def _resource(path: Path) -> list[Manifest]:
    return build(path) if path.is_dir() else list(yaml.safe_load_all(path.read_text()))


def _patch(found: list[Manifest], patch: Manifest, folder: Path) -> None:
    text = patch["patch"] if "patch" in patch else (folder / patch["path"]).read_text()
    target = patch["target"]
    assert set(target) <= {"kind", "name"}, f"cannot select by {set(target)}"
    selected = [
        each
        for each in found
        if each["kind"] == target["kind"] and target.get("name", each["metadata"]["name"]) == each["metadata"]["name"]
    ]
    assert selected, f"a patch changes nothing: {target}"
    for manifest in selected:
        for operation in yaml.safe_load(text):
            _apply(manifest, operation)


def _apply(manifest: Manifest, operation: Manifest) -> None:
    """Apply one operation of a JSON patch. Source: RFC 6902."""
    *way, last = operation["path"].strip("/").split("/")
    place: Any = manifest
    for step in way:
        place = place[_key(place, step)]
    key = _key(place, last)
    if operation["op"] in ("test", "replace"):
        assert place[key] == operation["value"] or operation["op"] == "replace", operation
    if operation["op"] in ("add", "replace"):
        assert isinstance(place, dict) or operation["op"] == "replace", "adding to lists is not needed"
        place[key] = copy.deepcopy(operation["value"])
    assert operation["op"] in ("test", "add", "replace"), operation


def _key(place: Any, step: str) -> Any:
    return int(step) if isinstance(place, list) else step


def _set_image(found: list[Manifest], image: Manifest) -> None:
    assert set(image) <= {"name", "newName", "newTag"}, image
    for container in containers(found):
        if container["image"] == image["name"]:
            container["image"] = f"{image.get('newName', image['name'])}:{image['newTag']}"


def containers(found: Iterable[Manifest]) -> list[Manifest]:
    """Return the containers of all deployments."""
    pods = [each["spec"]["template"]["spec"] for each in found if each["kind"] == "Deployment"]
    return [container for pod in pods for container in pod["containers"]]
