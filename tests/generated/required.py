"""A required setting of a team's own in each language, as somebody adds it by hand; its tests get a value at one place."""

from __future__ import annotations

from pathlib import Path

from workshop.history import edit

Edits = tuple[tuple[str, str, str], ...]
"""File, where in it, and what is written there."""

PYTHON: Edits = (
    ("src/app/config.py", r"(?<=    Field,\n)", "    SecretStr,\n"),
    ("src/app/config.py", r"(?<=    # Your own settings, which no update changes\n)", "    own_password: SecretStr\n"),
    (
        "tests/conftest.py",
        r'(?<=os\.environ\["DB_PASSWORD"\] = "test"\n)',
        'os.environ["OWN_PASSWORD"] = "test"\n',
    ),
)
GO: Edits = (
    (
        "internal/config/config.go",
        r"(?<=\t// Your own settings, which no update changes\n)",
        "\tPassword string\n",
    ),
    (
        "internal/config/config.go",
        r"(?<=\t// Read your own settings here\n)",
        (
            '\tif config.Password = env.text("OWN_PASSWORD", ""); config.Password == "" {\n'
            '\t\tenv.refuse("OWN_PASSWORD", "set")\n\t}\n'
        ),
    ),
    ("internal/config/configtest/configtest.go", r"(?<=map\[string\]string\{)(?=\}$)", '"OWN_PASSWORD": "test"'),
)
TYPESCRIPT: Edits = (
    (
        "src/settings.ts",
        r"(?<=    // Your own settings, which no update changes\n)",
        '    password: environment.text("OWN_PASSWORD", ""),\n',
    ),
    (
        "src/settings.ts",
        r"(?=  if \(environment\.mistakes\.length > 0\))",
        ('  if (settings.password === "") {\n    environment.mistakes.push("OWN_PASSWORD must be set");\n  }\n'),
    ),
    ("test/support.ts", r"(?<=REQUIRED: Record<string, string> = \{)", ' OWN_PASSWORD: "test" '),
)
JAVA: Edits = (
    (
        "src/main/java/app/config/Settings.java",
        r"(?<=        Map<String, Target> targets)",
        ",\n        String password",
    ),
    (
        "src/main/java/app/config/Settings.java",
        r"(?<=targets\(env\))",
        ',\n                env.text("OWN_PASSWORD")',
    ),
    (
        "src/main/java/app/config/Settings.java",
        r"(?=        env\.check\(\);)",
        '        if (settings.password.isEmpty()) {\n            env.refuse("OWN_PASSWORD", "set");\n        }\n',
    ),
    ("src/test/java/app/Environments.java", r"(?<=REQUIRED = Map\.of\()", '"OWN_PASSWORD", "test"'),
)
RUST: Edits = (
    ("src/config.rs", r"(?<=    pub dependencies: Vec<Dependency>,\n)", "    pub password: String,\n"),
    (
        "src/config.rs",
        r"(?<=self\.dependency\(dependency\)\)\n                \.collect\(\),\n)",
        "            password: self.password(),\n",
    ),
    (
        "src/config.rs",
        r"(?=    /// LOG_LEVEL for all)",
        (
            "    fn password(&mut self) -> String {\n"
            '        (self.environment)("OWN_PASSWORD").unwrap_or_else(|| {\n'
            '            self.refuse("OWN_PASSWORD", "set");\n'
            "            String::new()\n"
            "        })\n"
            "    }\n\n"
        ),
    ),
    ("tests/required/mod.rs", r"(?<=&str\)\] = &\[)", '("OWN_PASSWORD", "test")'),
)
REQUIRED: dict[str, Edits] = {
    "frontend": PYTHON,
    "frontend-go": GO,
    "frontend-typescript": TYPESCRIPT,
    "standalone-java": JAVA,
    "frontend-rust": RUST,
}
"""A golden of each language, and the edits that give it such a setting."""


def require(folder: Path, name: str) -> frozenset[str]:
    """Give the golden of that name its required setting, if it gets one; return the files that changed."""
    edits = REQUIRED.get(name, ())
    for path, place, text in edits:
        edit(folder / path, place, text)
    return frozenset(path for path, _, _ in edits)
