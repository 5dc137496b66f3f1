"""Change many files all or nothing, even when a process is killed: by a journal that the next run finds.

`update` changes a work tree and git's index with it, `template` the folder of a platform's template.
"""
