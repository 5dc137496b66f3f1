from __future__ import annotations

from pathlib import Path
from types import TracebackType

from jinja2 import Environment

from scaffold.engine.blame import where
from scaffold.engine.bounds import TimeIsUp

LOOPS = (
    "{% set n = namespace(x=1) %}{% for i in [1] %}{% for j in [1] %}{% if n.x %}{% endif %}{% endfor %}{% endfor %}"
)


def test_an_instruction_without_a_line_has_that_of_the_one_before() -> None:
    """The end of the computing time can come at each instruction, also at those that Python adds."""
    template = Environment(autoescape=False).from_string(f"one\n{LOOPS}\n")
    frame = template.root_render_func(template.new_context({})).gi_frame
    without = [start for start, _, line in frame.f_code.co_lines() if line is None]
    steps = [TracebackType(None, frame, start, -1) for start in without]
    assert any(step.tb_lineno is None for step in steps)
    places = {where(TimeIsUp().with_traceback(step), "x.jinja", Path("/")) for step in steps}
    assert places <= {"x.jinja, line 1", "x.jinja, line 2"}
