"""`./dev docs`: writes docs/reference."""

from __future__ import annotations

from workshop.reference.pages import FOLDER, pages


def main() -> None:
    """Write all pages, and remove those that are no longer made."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = pages()
    for file in FOLDER.glob("*.md"):
        if file.name not in made:
            file.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
