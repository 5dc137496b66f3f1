"""Files and folders: which ones a repository has, how those of others are read, and how ours are put in place."""
