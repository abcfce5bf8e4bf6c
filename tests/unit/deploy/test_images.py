"""What the recipes of the images copy is what the programs in them import."""

import re

import grimp

from tests.docs.documents import read

_FILE = re.compile(r"services/chassis/(\w+)\.py")


def test_the_gateway_image_has_of_the_chassis_what_the_gateway_imports() -> None:
    imported = grimp.build_graph("services", "gateway").find_upstream_modules("gateway", as_package=True)
    of_the_chassis = {name.rsplit(".", 1)[1] for name in imported if name.startswith("services.chassis.")}

    assert set(_FILE.findall(read("deploy/images/gateway.Dockerfile"))) == of_the_chassis | {"__init__"}
