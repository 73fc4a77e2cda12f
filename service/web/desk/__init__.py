"""The moderators' pages: what each shows, and the words it says."""
