"""The icons of events: their names and their two representations."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Icon:
    """An icon in both representations in which it is served. tag: the same for the same picture."""

    svg: bytes
    html: bytes
    tag: str


def _load(file: Path) -> Icon:
    svg = file.read_bytes()
    source = base64.b64encode(svg).decode()
    html = f'<img alt="{file.stem}" src="data:image/svg+xml;base64,{source}">'
    return Icon(svg=svg, html=html.encode(), tag=hashlib.sha256(svg).hexdigest()[:16])


ICONS = {file.name: _load(file) for file in sorted(Path(__file__).parent.glob("*.svg"))}
