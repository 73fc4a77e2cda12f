"""Models on disk: which is in force, who follows it, and who judges beside."""
