"""Any JSON at all, with the names in it that a sender uses: what no kind may stumble over."""

from typing import Any

from hypothesis import strategies as st

_LEAVES: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from(["x " * 500, "y" * 900])
)


def anything(names: list[str], values: list[str] | None = None) -> st.SearchStrategy[Any]:
    """Return a strategy of payloads: objects with these names, and now and then with these values."""
    leaves = _LEAVES | st.sampled_from(values or [""])
    keys = st.sampled_from(names) | st.text(max_size=5)
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=9), max_leaves=25
    )
