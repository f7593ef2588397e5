"""Study: focal loss against weighted cross-entropy."""
