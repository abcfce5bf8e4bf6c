"""Debian's packages that a part needs and a machine lacks: installed when we may."""

import os
import shutil
import subprocess


def install(package: str) -> bool:
    """Install a package through apt, as root or by a sudo that asks for no password; return whether that worked."""
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (as_root and not shutil.which("sudo")):
        return False
    print(f"Installing {package} through apt ...", flush=True)
    command = f"apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y {package}"
    # A package may start a service of its own, for which this machine did not ask.
    no_autostart = "printf 'exit 101' > /usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d"
    keep_policy = "test ! -e /usr/sbin/policy-rc.d"
    script = f"if {keep_policy}; then {no_autostart}; trap 'rm -f /usr/sbin/policy-rc.d' EXIT; fi; {command}"
    return subprocess.run([*as_root, "sh", "-c", script], check=False).returncode == 0
