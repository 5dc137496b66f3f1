"""The results as files: data for `--json`, JUnit XML for CI, HTML with charts for people."""
