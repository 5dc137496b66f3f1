"""Bring a service from one version of the template to another, by git's own three-way merge.

`plan` is pure: it reads a repository and shows what an update would give, whichever branch it is for and whether or not
it is checked out. `apply` brings a plan to the work tree in one step that can't be left half-done.
"""
