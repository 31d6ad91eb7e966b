"""Parts that kinds of policies are built from: features, attention over words, action heads, goal states."""
