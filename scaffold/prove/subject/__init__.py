"""The service that the experiments are made on: what it answers, deploys and sets."""
