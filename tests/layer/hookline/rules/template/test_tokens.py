"""How a template falls into texts, tags and tokens: exactly as for MiniJinja."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from minijinja import Environment, TemplateError

from hookline.rules.template.tokens import Tag, Unreadable, pieces

_scraps = st.lists(
    st.sampled_from(["{{", "}}", "{%", "%}", "{#", "#}", "{% raw %}", "{% endraw %}", "{%- endraw -%}", "'", '"', "\\",
                     "{", "}", "%", "-", "+", " ", "\n", "1", "x", "(", ")", "[", "]", "if 1", "{{ 1 }}", "{% if 1 %}",
                     "{% endif %}"]),
    max_size=12,
).map("".join)  # fmt: skip


@given(_scraps)
def test_what_minijinja_writes_as_text_is_text_here_and_what_it_evaluates_is_in_a_tag(source: str) -> None:
    environment = Environment()
    try:
        environment.undeclared_variables_in_str(source)
    except TemplateError:
        return  # MiniJinja refuses it, whatever is read here
    read = "".join("" if isinstance(piece, str) else "\0" for piece in pieces(source))
    tags = [piece for piece in pieces(source) if isinstance(piece, Tag)]
    assert len(tags) == read.count("\0")
    whole = "".join(piece if isinstance(piece, str) else _again(piece) for piece in pieces(source))
    assert environment.render_str(whole) == environment.render_str(source)


@pytest.mark.parametrize("blank", ["\v", "\x1c", "\x85", "\u00a0", "\u2028", "\u3000"])
def test_a_raw_block_ends_where_it_ends_for_minijinja(blank: str) -> None:
    """It knows ASCII's white space; what stands behind another end would be a comment here and live there."""
    source = f"{{% raw %}}{{%{blank}endraw %}}{{# {{% endraw %}}{{{{ x }}}} #}}"
    assert [piece.word for piece in pieces(source) if isinstance(piece, Tag)] == [""]
    assert Environment().render_str(source, x="live").endswith("live #}")


def _again(tag: Tag) -> str:
    return f"{tag.opening} {' '.join(token.text for token in tag.tokens)} {tag.closing}"


@given(st.text(alphabet="{}%#-+'\"\\ x1()[]\n", max_size=30))
def test_any_text_is_read_or_refused_with_a_sentence(source: str) -> None:
    try:
        found = list(pieces(source))
    except Unreadable as error:
        assert 0 <= error.at <= len(source)  # noqa: PT017 - either is right
        return
    assert all(found)
