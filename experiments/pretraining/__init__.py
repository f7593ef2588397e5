"""Study: partial, gated and attention-mask convolutions in one U-Net, at one budget."""
