"""The desk's cores: who sits at it, what lies on it, what was done."""
