"""Study: what pretraining on tags gives the segmenter."""
