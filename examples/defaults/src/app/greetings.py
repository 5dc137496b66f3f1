"""An example: a route with its types, its rules and its own error. Edit it into your first route."""

from typing import Annotated

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field

from app.routing import Route

router = APIRouter(route_class=Route)

_TEXTS = {"en": "Hello, {}!", "fr": "Bonjour, {} !", "es": "¡Hola, {}!"}


class GreetingRequest(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    language: str = "en"


class Greeting(BaseModel):
    greeting: str


@router.post("/greetings")
async def greet(body: GreetingRequest) -> Greeting:
    """Greets a person in a language."""
    text = _TEXTS.get(body.language)
    if text is None:
        raise HTTPException(422, "no greeting in this language")
    return Greeting(greeting=text.format(body.name))
