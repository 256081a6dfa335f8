"""One way to make pages of templates: everything is escaped, and a name that is missing is an error."""

import jinja2


def environment(loader: jinja2.BaseLoader) -> jinja2.Environment:
    """Return an environment for HTML templates; text from sensors, files and people comes out as text."""
    return jinja2.Environment(
        loader=loader,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
