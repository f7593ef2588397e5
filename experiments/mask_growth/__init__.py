"""Study: max pooling of labels from noisy pairs."""
