"""The doors: each translates one protocol into the vocabulary and back."""
