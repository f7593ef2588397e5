"""Lightning callbacks: what happens beside the steps of a training."""
