"""The whole system, seen from outside: every test speaks HTTP to a running gateway, as people who log in for real.

`system` starts it (or takes `BASE_URL` and `IDENTITY_URL`), `browser` and `people` are who uses it, `answers` says
what an answer must look like, `endpoints` lists what there is, `together` makes things happen at once.
"""

import pytest

pytest.register_assert_rewrite("tests.e2e.answers", "tests.e2e.people", "tests.e2e.system")
