"""What reads other people's files, fed with files that nobody should have written: `KUBE_SCAFFOLD_FUZZ_SECONDS=600` for longer.

Each failure tells a seed; `KUBE_SCAFFOLD_FUZZ_SEED=that` feeds the same input first.
"""
