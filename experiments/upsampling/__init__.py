"""Study: ways of upsampling in the decoder."""
