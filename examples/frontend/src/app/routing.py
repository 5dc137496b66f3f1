"""What the routes have in common."""

from typing import Any

from fastapi.routing import APIRoute


class Route(APIRoute):
    """A route with GET also has HEAD (RFC 9110). uvicorn leaves out the body."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.methods and "GET" in self.methods:
            self.methods.add("HEAD")
