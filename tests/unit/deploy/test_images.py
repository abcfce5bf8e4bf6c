"""What the recipes of the images copy is what the programs in them import."""

import re

import grimp

from tests.docs.documents import read

_FILE = re.compile(r"services/chassis/([\w/]+)\.py")


def test_the_gateway_image_has_of_the_chassis_what_the_gateway_imports() -> None:
    imported = grimp.build_graph("services", "gateway").find_upstream_modules("gateway", as_package=True)
    of_the_chassis = {
        name.removeprefix("services.chassis.").replace(".", "/")
        for name in imported
        if name.startswith("services.chassis.")
    }
    packages = {"broker", "rpc"}

    copied = set(_FILE.findall(read("deploy/images/gateway.Dockerfile")))
    assert copied == (of_the_chassis - packages) | {"__init__"} | {f"{package}/__init__" for package in packages}


def test_the_image_of_a_service_has_the_programs_that_operators_run_in_it() -> None:
    commands = re.findall(r"command: \[(services\.\w+)\.", read("deploy/compose.yml"))

    assert commands == ["services.operations"]
    assert "COPY services/operations /app/services/operations" in read("deploy/images/service.Dockerfile")
