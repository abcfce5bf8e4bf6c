"""Every manifest is what its kind allows.

Kubernetes' own kinds: the published schemas, strictly, of the oldest and of the newest version that we say we run on.
Kinds of operators are not published with them: `schemas/` holds, for each, the part of its definition that we use,
written down from the operators' own resource definitions. A field that is in neither fails.
"""

import copy
from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest
import yaml

from tests.docs.documents import read
from tests.kubernetes.built import OVERLAYS, Manifest, manifests

SCHEMAS = {path.stem: yaml.safe_load(path.read_text()) for path in (Path(__file__).parent / "schemas").glob("*.yaml")}
OLDEST, NEWEST = "1.30", "1.37"

every_manifest = pytest.mark.parametrize(
    "manifest",
    [
        pytest.param(each, id=f"{overlay}-{each['kind']}-{each['metadata']['name']}")
        for overlay in OVERLAYS
        for each in manifests(overlay)
    ],
)


def validate(manifest: Manifest) -> None:
    schema = SCHEMAS.get(manifest["kind"])
    if schema is None:
        for version in (OLDEST, NEWEST):
            kubernetes_validate.validate(manifest, version, strict=True)
    else:
        jsonschema.validate(manifest, schema, cls=jsonschema.Draft202012Validator)


@every_manifest
def test_a_manifest_is_valid(manifest: Manifest) -> None:
    validate(manifest)


@pytest.mark.parametrize("kind", [*SCHEMAS, "Deployment", "NetworkPolicy", "HorizontalPodAutoscaler"])
def test_a_misspelt_field_is_found(kind: str) -> None:
    wrong = copy.deepcopy(next(each for each in manifests("production") if each["kind"] == kind))
    validate(wrong)
    wrong["spec"]["replcias"] = 2

    with pytest.raises(jsonschema.ValidationError):
        validate(wrong)


def test_every_schema_of_ours_is_used() -> None:
    assert set(SCHEMAS) <= {each["kind"] for each in manifests("production")}


def test_the_versions_are_the_ones_documented() -> None:
    assert f"Kubernetes {OLDEST} to {NEWEST}" in read("docs/kubernetes.md")
