"""What the tests look at is what kustomize makes."""

import shutil
import subprocess

import pytest
import yaml

from tests.kubernetes.built import KUBERNETES, OVERLAYS, Manifest, manifests

every_overlay = pytest.mark.parametrize("overlay", OVERLAYS)


def by_identity(found: list[Manifest]) -> dict[tuple[str, str], Manifest]:
    return {(each["kind"], each["metadata"]["name"]): each for each in found}


@every_overlay
def test_no_two_manifests_have_one_name(overlay: str) -> None:
    found = manifests(overlay)

    assert len(by_identity(found)) == len(found)


@every_overlay
def test_everything_is_in_one_namespace(overlay: str) -> None:
    found = manifests(overlay)

    assert {each["metadata"].get("namespace") for each in found if each["kind"] != "Namespace"} == {"social-calendar"}


@every_overlay
@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed, and is no package we can get")
def test_kubectl_builds_the_same(overlay: str) -> None:
    folder = KUBERNETES / "overlays" / overlay
    built = subprocess.run(["kubectl", "kustomize", folder], check=True, capture_output=True, text=True, timeout=60)

    assert by_identity(list(yaml.safe_load_all(built.stdout))) == by_identity(manifests(overlay))
