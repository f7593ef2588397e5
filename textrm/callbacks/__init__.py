"""What happens beside the training: averages, pictures, schedules."""
