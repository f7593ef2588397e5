"""Study: rates of dilation in the encoder."""
