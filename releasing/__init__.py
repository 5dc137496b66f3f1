"""What makes a release: tags and the bundle from releases.yml, the changelog, and the steps of `./dev release`."""
